import { type ExtractOptions, type ExtractResult, extractArchive } from '../../archive/extract.js';
import { LtoError } from '../../errors/index.js';
import type { ReadStreamOptions } from '../../tape/stream/read/read-options.js';
import type { ReadSummary } from '../../tape/stream/read/read-stream.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { type Fact, facts } from '../output/table.js';
import { formatBytes } from '../output/units.js';
import { passTapeFile } from './read-file.js';

/** How much of a tape file was read; without a checksum if only part of it was. */
export type ReadPart = ReadSummary | { readonly fileNumber: number; readonly bytes: number };

export type ExtractedFile = ReadPart & { readonly extracted: ExtractResult };

/** Bytes to read ahead when only part of the file may be needed. */
const SHORT_AHEAD = 8 * 2 ** 20;

/** Extracts a tape file, with progress. Rejects with InterruptedError after a signal. */
export async function extractFile(
  drive: TapeDrive,
  options: ReadStreamOptions & { readonly fileNumber: number },
  folder: string,
  extractOptions: ExtractOptions,
): Promise<ExtractedFile> {
  let extracted: ExtractResult | undefined;
  let files = 0;
  const progress = {
    onProgress: ({ members }: { readonly members: number }) => {
      files = members;
    },
  };
  const { summary, bytesRead } = await passTapeFile(
    drive,
    { ...options, reuseChunks: true, ...(extractOptions.only && { bufferBytes: SHORT_AHEAD }) },
    async (source, signal) => {
      extracted = await extractArchive(source, folder, { ...extractOptions, ...progress, signal });
    },
    () => files,
  );
  if (extracted === undefined) {
    throw new LtoError('LTO_INTERNAL', 'the stream ended and nothing was extracted', { device: drive.device });
  }
  return { ...(summary ?? { fileNumber: options.fileNumber, bytes: bytesRead }), extracted };
}

export function extractedText({ fileNumber, bytes, extracted, ...rest }: ExtractedFile): string {
  return contentText(extracted, [
    ['file number', fileNumber],
    ['bytes', `${bytes} (${formatBytes(bytes)})${extracted.isPart ? ', no more was needed' : ''}`],
    ['checksum', 'checksum' in rest ? rest.checksum : undefined],
  ]);
}

/** The facts of the archive, then what was extracted. */
export function contentText(extracted: ExtractResult, archive: readonly Fact[]): string {
  const { files, folders, symbolicLinks, hardLinks, specialFiles, notRestored } = extracted;
  const some = (count: number) => (count === 0 ? undefined : count);
  const text = facts([
    ...archive,
    ['files', `${files}, ${formatBytes(extracted.bytes)}`],
    ['folders', some(folders)],
    ['symbolic links', some(symbolicLinks)],
    ['hard links', some(hardLinks)],
    ['devices and FIFOs', some(specialFiles)],
  ]);
  const missing = notRestored.map(({ what, members, first }) => [what, `${members} members, first ${first}`] as const);
  return missing.length === 0 ? text : `${text}\nnot restored:\n${facts(missing)}`;
}
