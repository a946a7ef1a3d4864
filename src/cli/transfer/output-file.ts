import { randomBytes } from 'node:crypto';
import { constants, createWriteStream, type Stats } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError } from '../../errors/index.js';

/** Rejects with InvalidArgumentError when something is there. */
export async function requireAbsent(path: string): Promise<void> {
  const exists = await lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  if (!exists) return;
  throw new InvalidArgumentError(`${path} exists`, { next: 'Choose another name, or replace it with --force' });
}

/**
 * Saves a source under a name. A regular file gets its name only when all of it is on disk, and replaces one that is
 * there only with `force`; into a device or a FIFO the source is written. Rejects with InvalidArgumentError for a link,
 * which is neither followed nor replaced, and for a folder or a socket.
 */
export async function saveFile(
  source: Readable,
  path: string,
  { force, signal }: { readonly force: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const node = await findNode(path);
  if (node) await writeInto(source, node, path, signal);
  else await replaceFile(source, path, force, signal);
}

/** Bytes of a regular file; 0 if there is none. Rejects with InvalidArgumentError for anything else. */
export async function lengthOf(path: string): Promise<number> {
  if ((await findNode(path)) !== undefined) {
    throw new InvalidArgumentError(`${path} is no regular file`, { next: 'Continue a file that was cut off' });
  }
  const stats = await lstat(path).catch(() => undefined);
  return stats?.size ?? 0;
}

/** Adds a source to the end of a regular file, which is created if there is none. What was added stays after a failure. */
export async function appendTo(source: Readable, path: string, signal: AbortSignal): Promise<void> {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  const file = await open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW);
  await pipeline(source, file.createWriteStream({ flush: true }), { signal });
}

/** What is there and is no regular file; undefined where nothing is, or a file that may be replaced. */
async function findNode(path: string): Promise<Stats | undefined> {
  const stats = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (stats === undefined || stats.isFile()) return undefined;
  if (stats.isFIFO() || stats.isCharacterDevice() || stats.isBlockDevice()) return stats;
  const kind = stats.isSymbolicLink() ? 'a link' : stats.isDirectory() ? 'a folder' : 'a socket';
  throw new InvalidArgumentError(`${path} is ${kind}`, {
    next: stats.isSymbolicLink() ? 'Name the target of the link' : 'Choose another name',
  });
}

/** Nothing but a regular file is replaced, and what was one before may have become something else. */
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
    // It took a while: what has come there meanwhile is no more ours to replace than what was there before.
    if (force) await requireReplaceable(path);
    else await requireAbsent(path);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
