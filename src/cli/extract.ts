import * as fs from 'node:fs';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-fs';
import { InvalidArgumentError, LtoError } from '../errors/index.js';
import { codeOf } from './document.js';

/** An archive ends with two blocks of zeros. */
const END_BYTES = 1024;

export interface ExtractOptions {
  /** Replace files that are there. */
  readonly force: boolean;
  readonly signal: AbortSignal;
}

/**
 * Extracts an archive into a folder. Nothing outside of the folder is written to. Rejects with InvalidArgumentError
 * when the source is no archive, would replace a file without `force`, or leads out of the folder.
 */
export async function extractArchive(source: Readable, folder: string, options: ExtractOptions): Promise<void> {
  const { force, signal } = options;
  await fs.promises.mkdir(folder, { recursive: true });
  const extraction = extract(folder, { ...EXACT, ...(force ? {} : KEEPING) });
  try {
    await pipeline(source, requireEnd(), extraction, { signal });
  } catch (error) {
    if (signal.aborted || error instanceof LtoError) throw error;
    throw unextracted(error, folder);
  }
}

/** Members of an unsupported type fail the extraction, and permissions are those of the archive. */
const EXACT = { strict: true, umask: 0 };

/** tar-fs works on this instead of `fs`, so that what is there is never replaced. */
const KEEPING = {
  fs: {
    ...fs,
    createWriteStream: (path: string) => fs.createWriteStream(path, { flags: 'wx' }),
    // Called before a link is made, whose making then fails with EEXIST; and for a link that is in a file's place.
    unlink: (path: string, callback: (error: Error) => void) => {
      callback(Object.assign(new Error(`EEXIST: a link is there already, '${path}'`), { code: 'EEXIST' }));
    },
  },
};

/** Fails at the end of a source that does not end as an archive does: it was cut off between two members. */
function requireEnd(): Transform {
  let last: Buffer = Buffer.alloc(0);
  return new Transform({
    transform: (chunk: Buffer, _encoding, callback) => {
      last = (chunk.length < END_BYTES ? Buffer.concat([last, chunk]) : chunk).subarray(-END_BYTES);
      callback(null, chunk);
    },
    flush: (callback) => {
      const ends = last.length === END_BYTES && last.every((byte) => byte === 0);
      callback(ends ? null : new Error('the archive has no end: it was cut off'));
    },
  });
}

function unextracted(error: unknown, folder: string): LtoError {
  const exists = codeOf(error) === 'EEXIST';
  const reason = error instanceof Error ? error.message : String(error);
  return new InvalidArgumentError(`extracting into ${folder} failed, and what is there now is incomplete: ${reason}`, {
    cause: error,
    next: exists
      ? 'Choose an empty folder, or replace what is there with --force'
      : 'If the file is no archive, or holds what this command refuses, read it with -o or pipe it into another program',
  });
}
