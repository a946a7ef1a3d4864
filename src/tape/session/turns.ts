import { unlessAborted } from '../../arguments/signal.js';

/** Runs the work of a session in the order in which it was asked for. */
export class Turns {
  /** Settles when all work so far is done. */
  #last: Promise<unknown> = Promise.resolve();

  /** Rejects at once with the signal's reason, and nothing is done, if that is aborted before its turn. */
  take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last;
    const result = unlessAborted(before, signal).then(() => {
      signal?.throwIfAborted();
      return work();
    });
    // Work that is given up before its turn does not let later work overtake earlier work.
    this.#last = result.catch(() => undefined).then(() => before);
    return result;
  }
}
