import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { InvalidArgumentError } from '../errors/index.js';
import { archiveFolder } from './archive.js';

/** What `lto write` reads. */
export interface Source {
  readonly stream: Readable;
  /** Where that is known before. */
  readonly bytes: number | undefined;
}

/** A file as it is, a folder as an archive, `-` for stdin. Rejects with InvalidArgumentError and errors of the files. */
export async function openSource(path: string): Promise<Source> {
  if (path === '-') return { stream: requireInput(), bytes: undefined };
  const stats = await stat(path);
  if (stats.isDirectory()) return archiveFolder(path);
  return { stream: createReadStream(path, { highWaterMark: CHUNK }), bytes: stats.isFile() ? stats.size : undefined };
}

const CHUNK = 1024 * 1024;

function requireInput(): Readable {
  if (!process.stdin.isTTY) return process.stdin;
  throw new InvalidArgumentError('the standard input is a terminal', { next: 'Pipe something into it' });
}
