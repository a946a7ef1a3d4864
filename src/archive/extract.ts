import type { OptionNames } from '../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireNonEmptyText, requireOptions } from '../arguments/options.js';
import type { DataSource } from '../streams/taken-source.js';
import { ArchiveThread } from './extract/archive-thread.js';
import type { ArchiveMember } from './extract/messages.js';
import type { ExtractSummary } from './extract/summary.js';

export interface ExtractProgress {
  /** Members processed so far. */
  readonly members: number;
  /** Bytes of file content written so far. */
  readonly bytes: number;
}

export interface ExtractOptions extends CallOptions {
  /** Replace existing files, links and nodes, and set the attributes of existing folders. */
  readonly force?: boolean | undefined;
  /** Restore setuid, setgid and sticky, devices, and extended attributes of the kernel (`security.*`, `trusted.*`). */
  readonly preserve?: boolean | undefined;
  /** Restore owners, by their numbers. Default: true for root. */
  readonly owners?: boolean | undefined;
  /** Only members that match one of these .gitignore patterns. */
  readonly only?: readonly string[] | undefined;
  /** Selects members. Called for each one on this thread, which slows down many small files. */
  readonly filter?: ((member: ArchiveMember) => boolean) | undefined;
  /** Called a few times a second. */
  readonly onProgress?: ((progress: ExtractProgress) => void) | undefined;
}

export interface ExtractResult extends ExtractSummary {
  /** True if `only` named files and reading stopped after the last of them. */
  readonly isPart: boolean;
}

/**
 * Extracts an archive (tar: v7, ustar, pax, GNU tar, star; plain, gzip or zstd) into a folder, which is created if
 * missing. Nothing outside the folder is touched, and nothing existing in it is changed without `force`. A separate thread
 * writes the files. The call owns the source: it destroys it when it ends early.
 *
 * Rejects with ArchiveError for an archive that is cut off, damaged or refused, with InvalidArgumentError if something
 * would be replaced, and with the source's own error. What was extracted until then stays.
 *
 * @example
 * await extractArchive(drive.createReadStream({ fileNumber: 1 }), 'restored', { only: ['photos/2024/'] });
 */
export async function extractArchive(
  source: DataSource,
  folder: string,
  options: ExtractOptions = {},
): Promise<ExtractResult> {
  requireNonEmptyText('folder', folder, { operation: 'extract' });
  requireOptions(options, { operation: 'extract' }, EXTRACT_OPTIONS);
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

const EXTRACT_OPTIONS: OptionNames<ExtractOptions> = {
  ...CALL_OPTIONS,
  force: true,
  preserve: true,
  owners: true,
  only: true,
  filter: true,
  onProgress: true,
};
