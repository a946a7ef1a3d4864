import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { END_BYTES } from '../../archive/encode/text-members.js';
import { packFolder } from '../../archive/pack/pack-folder.js';
import type { PackStream } from '../../archive/pack/pack-stream.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { claimStdin } from '../input/stdin.js';
import { type ArchiveOptions, packOptions, wantsArchive } from './archive-options.js';
import { SteadyFile } from './steady-file.js';

/** What `lto write` reads. */
export interface Source {
  readonly stream: Readable;
  /** Undefined if not known in advance. */
  readonly bytes: number | undefined;
  /** The same stream, if it packs an archive. */
  readonly archive?: PackStream | undefined;
}

/**
 * Opens one file as it is, or stdin for `-`. Folders, several sources and sources with archive options become an
 * archive. Rejects with InvalidArgumentError, and errors of the files, before anything is read.
 */
export async function openSource(paths: readonly string[], options: ArchiveOptions = {}): Promise<Source> {
  const [path] = paths;
  const isAlone = paths.length === 1 && !wantsArchive(options);
  if (isAlone && path === '-') return { stream: claimStdin('the file'), bytes: undefined };
  if (isAlone && path !== undefined) {
    const file = await SteadyFile.open(path);
    if (file) return { stream: file, bytes: file.size };
    // The length of a device or a FIFO is not known.
    if (!(await stat(path)).isDirectory())
      return { stream: createReadStream(path, { highWaterMark: CHUNK }), bytes: undefined };
  }
  if (paths.includes('-')) {
    throw new InvalidArgumentError('stdin cannot be part of an archive', {
      next: 'Give - alone, or pass file names on stdin with --files-from -',
    });
  }
  const archive = packFolder(paths, await packOptions(options));
  await requireMembers(archive);
  return { stream: archive, bytes: undefined, archive };
}

const CHUNK = 1024 * 1024;

/** Rejects with InvalidArgumentError for an archive without a member: it would look like a backup. */
async function requireMembers(archive: PackStream): Promise<void> {
  await archive.begun();
  await once(archive, 'readable');
  if (archive.progress.entries > 0 || archive.readableLength > END_BYTES) return;
  archive.destroy();
  throw new InvalidArgumentError('there is nothing to archive', {
    operation: 'archive',
    next: 'Name files and folders: the list is empty, or what is left out is all there is',
  });
}
