import { InvalidArgumentError, type LtoErrorDetails } from '../errors/index.js';

/** Throws InvalidArgumentError unless the value is an AbortSignal or undefined. */
export function requireSignal(signal: unknown, details?: LtoErrorDetails): void {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new InvalidArgumentError('the signal must be an AbortSignal', details);
}

/**
 * Settles as the promise, but rejects with the signal's reason as soon as the signal is aborted. What the promise then still resolves
 * with is passed to `discard`.
 */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  discard: (late: T) => unknown = () => undefined,
): Promise<T> {
  if (signal === undefined) return promise;
  promise.catch(() => undefined);
  requireSignal(signal);
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([aborted, promise]);
  } catch (error) {
    if (signal.aborted) promise.then(discard).catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
