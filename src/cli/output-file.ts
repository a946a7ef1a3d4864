import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { lstat, rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError } from '../errors/index.js';

/** Rejects with InvalidArgumentError when something is there. */
export async function requireAbsent(path: string): Promise<void> {
  const exists = await lstat(path).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  throw new InvalidArgumentError(`${path} exists`, { next: 'Choose another name, or replace it with --force' });
}

/** Saves a source under a name that it gets only when all of it is on disk. */
export async function saveFile(source: Readable, path: string, signal: AbortSignal): Promise<void> {
  const partial = `${path}.partial-${randomBytes(4).toString('hex')}`;
  try {
    await pipeline(source, createWriteStream(partial, { flags: 'wx', flush: true }), { signal });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
