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
  requireRecord('options', options, { next: 'Give an object, or leave the options out', ...details });
  if ('signal' in options) requireSignal(options.signal, details);
}

/** Throws InvalidArgumentError for what is no object with members by name: null, lists, bytes, maps, text, numbers. */
export function requireRecord(name: string, value: unknown, details?: LtoErrorDetails): asserts value is object {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isRecord && !ArrayBuffer.isView(value) && !(value instanceof Map)) return;
  throw new InvalidArgumentError(`${name} cannot be ${shown(value)}: they are an object`, {
    next: 'Give an object',
    ...details,
  });
}

/** Throws InvalidArgumentError for what is given as a function and is none; `undefined` stands for the default. */
export function requireCallback(name: string, value: unknown, details?: LtoErrorDetails): void {
  if (value === undefined || typeof value === 'function') return;
  throw new InvalidArgumentError(`${name} cannot be ${shown(value)}: it is a function`, {
    next: 'Give a function, or leave it out',
    ...details,
  });
}

/** Throws InvalidArgumentError for what is neither true nor false. */
export function requireBoolean(name: string, value: unknown, details?: LtoErrorDetails): asserts value is boolean {
  if (typeof value === 'boolean') return;
  throw new InvalidArgumentError(`${name} cannot be ${shown(value)}: it is true or false`, {
    next: 'Give true or false',
    ...details,
  });
}

/** Throws InvalidArgumentError for what is no text, or empty. */
export function requireNonEmptyText(name: string, value: unknown, details?: LtoErrorDetails): asserts value is string {
  if (typeof value === 'string' && value !== '') return;
  throw new InvalidArgumentError(`${name} cannot be ${value === '' ? 'empty' : shown(value)}: it is text`, {
    next: 'Give a string',
    ...details,
  });
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (ArrayBuffer.isView(value)) return 'bytes';
  if (value instanceof Map) return 'a Map';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
