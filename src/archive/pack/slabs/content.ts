import { readSync } from 'node:fs';
import { errorCode } from '../files/files.js';
import type { SlabWriter } from './slab-writer.js';

/** How reading a file ended early. */
export interface ShortRead {
  /** Of the system's error; undefined at an early end of the file. */
  readonly code: string | undefined;
}

/**
 * Copies bytes of a file into an archive, from `position` or, if null, from the current position. Missing bytes are
 * filled with zeros, so that the archive matches its header.
 */
export function copyBytes(
  fd: number,
  position: number | null,
  length: number,
  archive: SlabWriter,
): ShortRead | undefined {
  let done = 0;
  try {
    while (done < length) {
      const from = position === null ? null : position + done;
      const count = archive.readInto(length - done, (memory, at, most) => readSync(fd, memory, at, most, from));
      if (count === 0) break;
      done += count;
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    archive.fill(length - done);
    return { code };
  }
  if (done === length) return undefined;
  archive.fill(length - done);
  return { code: undefined };
}
