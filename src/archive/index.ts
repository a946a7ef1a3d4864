/**
 * Folders to tar archives and back, without a tape: the entry point `node-lto/archive`. It loads neither the drive nor the
 * provider; node-lto exports the same.
 */
export type { MemberType } from './decode/member.js';
export type { FileTime } from './encode/file-time.js';
export type { ArchiveMember } from './extract/messages.js';
export type { ExtractSummary, NotRestored } from './extract/summary.js';
export { type ExtractOptions, type ExtractProgress, type ExtractResult, extractArchive } from './extract.js';
export { type ListOptions, listArchive } from './list.js';
export { type FilePath, type PackOptions, packFolder } from './pack/pack-folder.js';
export type { PackStream } from './pack/pack-stream.js';
export type { LeftOut, PackProblem, PackProblemReason, PackProgress, PackSummary } from './pack/summary.js';
