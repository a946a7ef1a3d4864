import type { Readable } from 'node:stream';
import { LONGEST_DELAY_MS, type NumberRange, requireNumber } from '../../arguments/number.js';
import { ReaderIdleError } from '../../errors/index.js';

export interface IdleOptions {
  /**
   * Milliseconds without a read while data waits. After that the stream is destroyed with ReaderIdleError and the drive
   * is free again; 0 for never. Default: ten minutes.
   */
  readonly idleTimeoutMs?: number | undefined;
}

const TEN_MINUTES = 600_000;
const MILLISECONDS: NumberRange = { min: 0, max: LONGEST_DELAY_MS, unit: 'milliseconds' };
/** Number of checks within the timeout. */
const LOOKS = 10;

/** The timeout to use. Throws InvalidArgumentError for an invalid one. */
export function requireIdleTimeout({ idleTimeoutMs = TEN_MINUTES }: IdleOptions): number {
  return requireNumber('idleTimeoutMs', idleTimeoutMs, MILLISECONDS);
}

/**
 * Destroys a stream that is no longer read: a client of `stream.pipe(response)` that went away does not destroy it, and
 * the drive would stay occupied. Time in which the reader waits for the drive does not count.
 */
export function destroyWhenIdle(stream: Readable, timeoutMs: number, device: string): void {
  if (timeoutMs === 0) return;
  let since = performance.now();
  let waitsForDrive = false;
  const read = stream.read.bind(stream);
  stream.read = (size) => {
    const chunk = read(size);
    // A read of nothing is Node.js filling its buffer.
    if (size !== 0) {
      since = performance.now();
      waitsForDrive = chunk === null;
    }
    return chunk;
  };
  const look = () => {
    const now = performance.now();
    if (stream.readableFlowing === true || (waitsForDrive && stream.readableLength === 0)) since = now;
    if (now - since >= timeoutMs) giveUp(stream, timeoutMs, device);
  };
  const timer = setInterval(look, Math.ceil(timeoutMs / LOOKS)).unref();
  stream.once('close', () => clearInterval(timer));
}

function giveUp(stream: Readable, timeoutMs: number, device: string): void {
  // The reader may be gone, and an error without a listener would end the process.
  stream.once('error', () => undefined);
  stream.destroy(
    new ReaderIdleError(`the archive was not read for ${timeoutMs / 1000} s, although data was ready`, {
      device,
      operation: 'read',
      next: 'Destroy a stream that is not needed any more, or give a longer `idleTimeoutMs`',
    }),
  );
}
