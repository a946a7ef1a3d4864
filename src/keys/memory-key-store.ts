import type { KeyObject } from 'node:crypto';
import { InvalidArgumentError, KeyStoreError } from '../errors/index.js';
import { requireDataKey } from './data-key.js';
import { type KeyCandidate, type KeyStore, requireKeyId } from './key-store.js';

/** Keys in memory, for the lifetime of the process. */
export class MemoryKeyStore implements KeyStore {
  readonly #keys = new Map<string, KeyObject>();

  /** Throws InvalidArgumentError for an invalid identifier or key, KeyStoreError for a duplicate identifier. */
  constructor(keys: Iterable<readonly [id: string, key: KeyObject]> = []) {
    if (typeof keys !== 'object' || keys === null || !(Symbol.iterator in keys)) throw notPairs();
    for (const pair of keys) {
      if (!Array.isArray(pair)) throw notPairs();
      this.put(pair[0], pair[1]);
    }
  }

  async get(id: string): Promise<KeyObject | undefined> {
    return this.#keys.get(requireKeyId(id));
  }

  async candidates(): Promise<readonly KeyCandidate[]> {
    return Array.from(this.#keys, ([id, key]) => ({ id, key }));
  }

  /** Throws KeyStoreError if the identifier exists: replacing a key would make its data unreadable. */
  put(id: string, key: KeyObject): void {
    if (this.#keys.has(requireKeyId(id))) throw keyExists('the key store in memory', id);
    this.#keys.set(id, requireDataKey(key));
  }

  /** Returns whether there was one. */
  delete(id: string): boolean {
    return this.#keys.delete(requireKeyId(id));
  }
}

function notPairs(): InvalidArgumentError {
  return new InvalidArgumentError('keys are pairs of an identifier and a key', {
    operation: 'key',
    next: 'Give a Map, or a list of pairs',
  });
}

export function keyExists(store: string, id: string): KeyStoreError {
  return new KeyStoreError(`${store} holds a key with the identifier ${JSON.stringify(id)}`, {
    reason: 'exists',
    next: 'Choose another identifier: whatever was written with that key needs it',
  });
}
