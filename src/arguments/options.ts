import { InvalidArgumentError, type LtoErrorDetails } from '../errors/index.js';
import { type NameTable, type OptionNames, requireKnownNames } from './option-names.js';
import { requireSignal, unlessAborted } from './signal.js';

/** Options of every call that can wait. */
export interface CallOptions {
  /**
   * Ends the waiting when aborted: the call rejects with the signal's reason, and a stream is destroyed. A command or
   * motion that the drive has begun continues to its end.
   */
  readonly signal?: AbortSignal | undefined;
}

export const CALL_OPTIONS: OptionNames<CallOptions> = { signal: true };

type Check = (name: string, value: unknown, details?: LtoErrorDetails) => void;

/** Options that are true or false. An option means the same wherever it occurs, and takes the same. */
const FLAGS = [
  ...[
    'allowIntrusive',
    'any',
    'closeUnterminated',
    'force',
    'forget',
    'inDrive',
    'index',
    'long',
    'members',
    'readOnly',
    'reuseChunks',
    'wait',
    'whole',
  ],
  ...['clearKeyOnDemount', 'clearKeyOnReservationLoss', 'clearKeyOnReservationPreempted', 'keep', 'lock', 'rawReading'],
  ...['oneFileSystem', 'owners', 'preserve', 'special', 'strict', 'xattrs', 'unloads'],
];
const CALLBACKS = ['filter', 'onEmptying', 'onEndOfMedium', 'onFile', 'onNextCartridge', 'onProgress'];
/** Lists of text. */
const LISTS = ['exclude', 'only'];
const TEXTS = ['archive', 'cartridge', 'overwrite'];
/** Lists of objects. */
const OBJECTS = ['parts'];

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['signal', (_, value, details) => requireSignal(value, details)],
  ...FLAGS.map((name) => [name, requireBoolean] as const),
  ...CALLBACKS.map((name) => [name, requireCallback] as const),
  ...LISTS.map((name) => [name, requireTexts] as const),
  ...TEXTS.map((name) => [name, requireNonEmptyText] as const),
  ...OBJECTS.map((name) => [name, requireRecords] as const),
]);

/**
 * Throws InvalidArgumentError unless the options of a public method are an object or undefined, and those of its members
 * that have the same type everywhere are of that type. With `names`, there are no other members.
 */
export function requireOptions(options: unknown, details?: LtoErrorDetails, names?: NameTable): void {
  if (options === undefined) return;
  requireRecord('options', options, { next: 'Give an object, or leave the options out', ...details });
  if (names) requireKnownNames(options, names, details);
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) CHECKS.get(name)?.(name, value, details);
  }
}

/**
 * Runs `question`, which changes nothing, and rejects as soon as the options' signal is aborted: what the drive answers
 * then is not waited for. Rejects with InvalidArgumentError as `requireOptions` throws it.
 */
export async function ask<T>(
  options: CallOptions | undefined,
  details: LtoErrorDetails,
  question: () => Promise<T>,
  names?: NameTable,
): Promise<T> {
  requireOptions(options, details, names);
  options?.signal?.throwIfAborted();
  return unlessAborted(question(), options?.signal);
}

/**
 * Throws InvalidArgumentError unless the value is a plain object: not for null, arrays, bytes, maps, text or numbers.
 */
export function requireRecord(name: string, value: unknown, details?: LtoErrorDetails): asserts value is object {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isRecord && !ArrayBuffer.isView(value) && !(value instanceof Map)) return;
  throw new InvalidArgumentError(`${name} cannot be ${shown(value)}: they are an object`, {
    next: 'Give an object',
    ...details,
  });
}

function requireRecords(name: string, value: unknown, details?: LtoErrorDetails): void {
  if (Array.isArray(value)) {
    for (const each of value) requireRecord(`one of ${name}`, each, details);
    return;
  }
  throw new InvalidArgumentError(`${name} cannot be ${shown(value)}: it is a list`, {
    next: 'Give a list',
    ...details,
  });
}

function requireTexts(name: string, value: unknown, details?: LtoErrorDetails): void {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return;
  throw new InvalidArgumentError(`${name} cannot be ${shown(value)}: it is a list of text`, {
    next: 'Give a list of strings',
    ...details,
  });
}

/** Throws InvalidArgumentError unless the value is a function or undefined (the default). */
export function requireCallback(name: string, value: unknown, details?: LtoErrorDetails): void {
  if (value === undefined || typeof value === 'function') return;
  throw new InvalidArgumentError(`${name} cannot be ${shown(value)}: it is a function`, {
    next: 'Give a function, or leave it out',
    ...details,
  });
}

/** Throws InvalidArgumentError unless the value is true or false. */
export function requireBoolean(name: string, value: unknown, details?: LtoErrorDetails): asserts value is boolean {
  if (typeof value === 'boolean') return;
  throw new InvalidArgumentError(`${name} cannot be ${shown(value)}: it is true or false`, {
    next: 'Give true or false',
    ...details,
  });
}

/** Throws InvalidArgumentError unless the value is a non-empty string. */
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
