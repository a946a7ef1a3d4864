import { constants, createWriteStream, fstatSync, fsync, readFileSync, statSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { LtoError } from '../../errors/index.js';

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

/** Prints all of a text, or of bytes that may be wiped afterwards. Rejects with OutputError when it cannot be printed. */
export async function print(text: string | Uint8Array, to: Writable = standardOutput()): Promise<void> {
  try {
    if (to !== process.stderr) requireOpen();
    await written(to, text);
  } catch (error) {
    throw new OutputError(error);
  }
}

/** Hands a file out on stdout, all of it. Rejects with what reading or writing fails with. */
export async function pipeOut(source: Readable, signal: AbortSignal): Promise<void> {
  requireOpen();
  const output = standardOutput();
  await pipeline(source, output, { signal });
  await flushed();
}

/**
 * Throws if stdout was closed: Node.js then opens /dev/null in its place for reading and writing, which a shell's `>
 * /dev/null` never does.
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

/** For a file or a device, not by `process.stdout`: that takes a short write, on a disk that is nearly full, for a whole one. */
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
