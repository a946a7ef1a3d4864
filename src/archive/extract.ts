import type { DataSource } from '../streams/taken-source.js';
import { ArchiveThread } from './extract/archive-thread.js';
import type { ArchiveMember } from './extract/messages.js';
import type { ExtractSummary } from './extract/summary.js';

export interface ExtractProgress {
  /** Members that were met. */
  readonly members: number;
  /** Content of files that was written, in bytes. */
  readonly bytes: number;
}

export interface ExtractOptions {
  /** Replace files, links and nodes that are there, and set the attributes of folders that are. */
  readonly force?: boolean | undefined;
  /** Restore setuid, setgid and sticky, devices, and extended attributes of the kernel (`security.*`, `trusted.*`). */
  readonly preserve?: boolean | undefined;
  /** Restore owners, by their numbers. Default: as root. */
  readonly owners?: boolean | undefined;
  /** Patterns as in .gitignore: of the members, only those that match one. */
  readonly only?: readonly string[] | undefined;
  /** Which members are wanted: called for each, on this thread, which makes many small files slow. */
  readonly filter?: ((member: ArchiveMember) => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called a few times a second. */
  readonly onProgress?: ((progress: ExtractProgress) => void) | undefined;
}

export interface ExtractResult extends ExtractSummary {
  /** `only` named files, and the archive was read no further than the last of them. */
  readonly isPart: boolean;
}

/**
 * Extracts an archive (tar: v7, ustar, pax, GNU tar, star; plain, gzip or zstd) into a folder, which is made when it is
 * missing. Nothing outside of the folder is touched, and nothing in it that was there before is changed without `force`.
 * Files are written in a thread of its own. The source is taken over: it is destroyed when this ends early.
 *
 * Rejects with ArchiveError for an archive that is cut off, damaged, or holds what is refused, InvalidArgumentError where
 * something would be replaced, and with the source's own error. What was extracted before stays.
 *
 * @example
 * await extractArchive(drive.createReadStream({ fileNumber: 1 }), 'restored', { only: ['photos/2024/'] });
 */
export async function extractArchive(
  source: DataSource,
  folder: string,
  options: ExtractOptions = {},
): Promise<ExtractResult> {
  const { force = false, preserve = false, owners = process.getuid?.() === 0, only, filter, onProgress } = options;
  const thread = new ArchiveThread(
    source,
    { kind: 'extract', folder, force, preserve, owners, only, asks: filter !== undefined },
    `extracting into ${folder} failed, and what is there now is incomplete`,
  );
  const progress = onProgress && setInterval(() => onProgress(thread.progress()), PROGRESS_MS);
  try {
    const { summary, isEarly } = await thread.run({ signal: options.signal, isWanted: filter });
    return { ...summary, isPart: isEarly };
  } finally {
    clearInterval(progress);
    onProgress?.(thread.progress());
  }
}

const PROGRESS_MS = 200;
