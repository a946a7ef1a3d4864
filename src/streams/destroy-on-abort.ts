import type { Readable, Writable } from 'node:stream';

/**
 * Destroys the stream with the signal's reason when the signal is aborted, at once if it is already. Node.js's own
 * `addAbortSignal` hides the reason behind an AbortError.
 */
export function destroyOnAbort(stream: Readable | Writable, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const abort = () => stream.destroy(asError(signal.reason));
  if (signal.aborted) {
    abort();
    return;
  }
  signal.addEventListener('abort', abort, { once: true });
  stream.once('close', () => signal.removeEventListener('abort', abort));
}

/** A stream that is destroyed without an error looks as if only its reader had left it. */
function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(`aborted: ${String(reason)}`, { cause: reason });
}
