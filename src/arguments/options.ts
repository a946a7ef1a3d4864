import { InvalidArgumentError, type LtoErrorDetails } from '../errors/index.js';
import { requireSignal } from './signal.js';

/** What a method that can wait takes. */
export interface SignalOptions {
  /** Ends the waiting when aborted: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Throws InvalidArgumentError for null and everything else that is given as the options of a public method and is no
 * object, and for a `signal` that is none.
 */
export function requireOptions(options: unknown, details?: LtoErrorDetails): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidArgumentError(`options cannot be ${shown(options)}: they are an object`, {
      next: 'Give an object, or leave the options out',
      ...details,
    });
  }
  if ('signal' in options) requireSignal(options.signal, details);
}

function shown(options: unknown): string {
  if (options === null) return 'null';
  return Array.isArray(options) ? 'a list' : `a ${typeof options}`;
}
