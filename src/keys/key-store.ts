import type { KeyObject } from 'node:crypto';
import { InvalidArgumentError, type LtoErrorDetails } from '../errors/index.js';

/** A source of keys. The identifier of a key is written on tape beside every block that the key encrypts. */
export interface KeyStore {
  /** The 256-bit key with that identifier; undefined if there is none. */
  get(id: string): Promise<KeyObject | undefined>;
  /**
   * The keys to try, in order, on data without a key identifier on tape, as stenc writes it without a description.
   * Without this method such data cannot be read with the store.
   */
  candidates?(): Promise<readonly KeyCandidate[]>;
}

/** A key to try. */
export interface KeyCandidate {
  readonly id: string;
  readonly key: KeyObject;
}

/** Bytes of an identifier that an LTO drive stores with each block (U-KAD). A-KADs are shorter, often 12 bytes. */
export const LONGEST_KEY_ID = 32;

/** Throws InvalidArgumentError for anything without a method `get`. */
export function requireKeyStore(store: unknown, details?: LtoErrorDetails): asserts store is KeyStore {
  if (typeof store === 'object' && store !== null && 'get' in store && typeof store.get === 'function') return;
  throw new InvalidArgumentError('a key store is an object with a method `get`; this is none', {
    operation: 'key',
    next: 'Give a FileKeyStore, a MemoryKeyStore or another KeyStore',
    ...details,
  });
}

const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * The identifier, if a drive can store it: 1 to 32 characters of printable ASCII, no space at either end. Throws
 * InvalidArgumentError, which does not repeat the argument: it may be a key passed by mistake.
 */
export function requireKeyId(id: string): string {
  if (typeof id === 'string' && id.length <= LONGEST_KEY_ID && PRINTABLE.test(id) && id === id.trim()) return id;
  throw new InvalidArgumentError(
    `a key identifier is 1 to ${LONGEST_KEY_ID} characters of printable ASCII without spaces around it; this one is not`,
    { operation: 'key', next: 'Give the name of the key, not the key itself' },
  );
}
