import { constants, createWriteStream, fstatSync, fsync, readFileSync, statSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { LtoError } from '../../errors/index.js';
import { onFile } from './file-error.js';

const STDOUT = 1;

/** The work is done, but its result could not be printed. */
export class OutputError extends LtoError {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super('LTO_OUTPUT', `the result could not be printed: ${reason}`, {
      cause,
      next: 'The work itself is done: check the tape before repeating it',
    });
  }
}

/**
 * Prints text or bytes completely; the bytes may be wiped afterwards. Rejects with OutputError if that fails. A closed
 * stdout is not told from one that its caller ignores, see requireOpen: neither makes the work fail.
 */
export async function print(text: string | Uint8Array, to: Writable = standardOutput()): Promise<void> {
  try {
    await written(to, text);
  } catch (error) {
    throw new OutputError(error);
  }
}

/** Copies a file to stdout completely. Rejects with the error of reading or writing. */
export async function pipeOut(source: Readable, signal?: AbortSignal): Promise<void> {
  requireOpen();
  await onFile('standard output', async () => {
    await pipeline(source, standardOutput(), { signal });
    await flushed();
  });
}

/** Prints lines as they come, each ending with a line feed. Rejects with the error of their source or of writing. */
export async function pipeLines(lines: AsyncIterable<string>, signal?: AbortSignal): Promise<void> {
  await onFile('standard output', () => pipeline(lines, standardOutput(), { signal }));
}

/**
 * For a file of the tape: throws if stdout was closed. Node.js then opens /dev/null in its place for reading and writing;
 * a shell's `> /dev/null` opens it for writing only. Programs that start a command and ignore its output (Node.js's
 * `stdio: 'ignore'`, Python's DEVNULL) open it for both too, so a file is refused there; text is not.
 */
export function requireOpen(): void {
  const { rdev } = fstatSync(STDOUT);
  if (rdev === 0 || rdev !== statSync('/dev/null').rdev) return;
  const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${STDOUT}`, 'utf8'))?.[1] ?? '0';
  if ((Number.parseInt(flags, 8) & constants.O_RDWR) === 0) return;
  throw new LtoError('LTO_OUTPUT', 'the standard output is closed', {
    next: 'Open it, or redirect it with > /dev/null to discard it',
  });
}

/** Not `process.stdout` for a file or a device: it takes a short write on a nearly full disk for a complete one. */
function standardOutput(): Writable {
  const stats = fstatSync(STDOUT);
  if (process.stdout.isTTY || stats.isFIFO() || stats.isSocket()) return process.stdout;
  return createWriteStream('', { fd: STDOUT, autoClose: false });
}

function written(stream: Writable, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.write(text, (error) => {
      if (error) return reject(error);
      stream.off('error', reject);
      resolve();
    });
  });
}

/** Deferred write errors of a file system such as NFS surface here. */
async function flushed(): Promise<void> {
  if (fstatSync(STDOUT).isFile()) await promisify(fsync)(STDOUT);
}
