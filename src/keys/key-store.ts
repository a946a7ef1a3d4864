import type { KeyObject } from 'node:crypto';
import { InvalidArgumentError } from '../errors/index.js';

/** Where keys come from. An identifier is what stands on tape beside every block that its key has encrypted. */
export interface KeyStore {
  /** The key of 256 bits with that identifier; undefined where there is none. */
  get(id: string): Promise<KeyObject | undefined>;
  /**
   * The keys to try, in order, on data whose key has no name on tape, as stenc writes it without a description. Without
   * this, such data can't be read with the store.
   */
  candidates?(): Promise<readonly KeyCandidate[]>;
}

/** A key that may be the one. */
export interface KeyCandidate {
  readonly id: string;
  readonly key: KeyObject;
}

/** Bytes that an LTO drive keeps of an identifier with each block (U-KAD). A-KADs are shorter: often 12 bytes. */
export const LONGEST_KEY_ID = 32;

const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * The identifier, when a drive can keep it: 1 to 32 characters of printable ASCII, no space at either end. Throws
 * InvalidArgumentError, which does not repeat what was given: somebody may have passed the key instead of its name.
 */
export function requireKeyId(id: string): string {
  if (id.length <= LONGEST_KEY_ID && PRINTABLE.test(id) && id === id.trim()) return id;
  throw new InvalidArgumentError(
    `a key identifier is 1 to ${LONGEST_KEY_ID} characters of printable ASCII without spaces around it; this one is not`,
    { operation: 'key', next: 'Give the name of the key, not the key itself' },
  );
}
