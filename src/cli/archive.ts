import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Readable } from 'node:stream';
import { type Headers, pack } from 'tar-fs';
import { VerificationError } from '../errors/index.js';
import { codeOf } from './document.js';
import { type FolderEntry, walkFolder } from './folder.js';

const BLOCK = 512;
/** An archive ends with two blocks of zeros. */
const END_BYTES = 2 * BLOCK;
/** Longer names take a header of their own. */
const SHORT_NAME = 100;

/** A folder as an archive to be. */
export interface FolderArchive {
  readonly stream: Readable;
  /** Bytes of the archive; a little off where names are long. */
  readonly bytes: number;
}

/**
 * An archive as `tar -C <parent> <folder>` makes it: members are named `<folder>/…`. The stream fails when the folder
 * changes while it is read. Rejects with InvalidArgumentError for what an archive can't hold.
 */
export async function archiveFolder(path: string): Promise<FolderArchive> {
  // A link to a folder means the folder: the link alone would be one small member, and none of the data.
  const folder = await realpath(path);
  const entries = await walkFolder(folder);
  const stream = Readable.from(packFolder(folder, entries.length), { objectMode: false });
  return { stream, bytes: archiveBytes(basename(folder), entries) };
}

async function* packFolder(folder: string, expected: number): AsyncGenerator<Buffer> {
  let packed = 0;
  let name = '';
  const options = {
    entries: [basename(folder)],
    umask: 0,
    map: (header: Headers) => {
      packed += 1;
      name = header.name;
      return header;
    },
  };
  try {
    yield* pack(dirname(folder), options) as AsyncIterable<Buffer>;
  } catch (error) {
    throw codeOf(error) === undefined ? changed(`${name} changed`, error) : error;
  }
  // tar-fs leaves out, without a word, what was deleted on the way.
  if (packed < expected) throw changed(`${folder} lost ${expected - packed} of its entries`);
}

function changed(what: string, cause?: unknown): VerificationError {
  return new VerificationError(`${what} while it was read`, { cause, next: 'Write it again when nothing changes it' });
}

function archiveBytes(name: string, entries: readonly FolderEntry[]): number {
  const sizes = entries.map(({ path, size }) => {
    const headers = name.length + 1 + Buffer.byteLength(path) > SHORT_NAME ? 3 : 1;
    return headers * BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  });
  return sizes.reduce((sum, size) => sum + size, END_BYTES);
}
