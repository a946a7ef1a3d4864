import { randomBytes } from 'node:crypto';
import { constants, createWriteStream, type Stats } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError } from '../../errors/index.js';
import { onFile } from '../output/file-error.js';

/** Rejects with InvalidArgumentError if the path exists. */
export async function requireAbsent(path: string): Promise<void> {
  const found = await onFile(path, () => statsOf(path));
  if (found === undefined) return;
  throw new InvalidArgumentError(`${path} exists`, { next: 'Choose another name, or replace it with --force' });
}

/**
 * Saves a source under a name. A regular file gets its name only when all of it is on disk, and replaces an existing one
 * only with `force`. A device or a FIFO is written to. Rejects with InvalidArgumentError for a link, which is neither
 * followed nor replaced, and for a folder or a socket.
 */
export async function saveFile(
  source: Readable,
  path: string,
  { force, signal }: { readonly force: boolean; readonly signal: AbortSignal },
): Promise<void> {
  await onFile(path, async () => {
    const node = await findNode(path);
    if (node) await writeInto(source, node, path, signal);
    else await replaceFile(source, path, force, signal);
  });
}

/** Length of a regular file in bytes; 0 if there is none. Rejects with InvalidArgumentError for anything else. */
export async function lengthOf(path: string): Promise<number> {
  if ((await findNode(path)) !== undefined) {
    throw new InvalidArgumentError(`${path} is not a regular file`, { next: 'Continue a file that was cut off' });
  }
  const stats = await lstat(path).catch(() => undefined);
  return stats?.size ?? 0;
}

/** Appends a source to a regular file; creates a missing file. After a failure, the appended bytes stay. */
export async function appendTo(source: Readable, path: string, signal: AbortSignal): Promise<void> {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  await onFile(path, async () => {
    const file = await open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW);
    await pipeline(source, file.createWriteStream({ flush: true }), { signal });
  });
}

/** The device or FIFO at a path; undefined for a regular file or nothing. */
async function findNode(path: string): Promise<Stats | undefined> {
  const stats = await statsOf(path);
  if (stats === undefined || stats.isFile()) return undefined;
  if (stats.isFIFO() || stats.isCharacterDevice() || stats.isBlockDevice()) return stats;
  const kind = stats.isSymbolicLink() ? 'a link' : stats.isDirectory() ? 'a folder' : 'a socket';
  throw new InvalidArgumentError(`${path} is ${kind}`, {
    next: stats.isSymbolicLink() ? 'Name the target of the link' : 'Choose another name',
  });
}

/** Undefined if there is nothing. */
function statsOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
}

/** Checks again before the rename: only a regular file may be replaced. */
async function requireReplaceable(path: string): Promise<void> {
  if ((await findNode(path)) === undefined) return;
  throw new InvalidArgumentError(`${path} was replaced while the file was read`, { next: 'Choose another name' });
}

async function writeInto(source: Readable, node: Stats, path: string, signal: AbortSignal): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NOCTTY);
  const { dev, ino, rdev } = await file.stat();
  if (dev !== node.dev || ino !== node.ino || rdev !== node.rdev) {
    await file.close();
    throw new InvalidArgumentError(`${path} was replaced while it was opened`, { next: 'Choose another name' });
  }
  await pipeline(source, file.createWriteStream(), { signal });
}

async function replaceFile(source: Readable, path: string, force: boolean, signal: AbortSignal): Promise<void> {
  const partial = `${path}.partial-${randomBytes(4).toString('hex')}`;
  try {
    await pipeline(source, createWriteStream(partial, { flags: 'wx', flush: true }), { signal });
    // Reading takes long: the same rules apply to whatever was created under the name in the meantime.
    if (force) await requireReplaceable(path);
    else await requireAbsent(path);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
