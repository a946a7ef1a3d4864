import type { KeyObject } from 'node:crypto';
import { type KeyCandidate, type KeyStore, requireKeyId, requireKeyStore } from './key-store.js';

/**
 * Several stores, asked in order until one has the key. A store that fails ends the search: a later one might hold
 * another key under the same identifier.
 */
export class KeyStoreChain implements KeyStore {
  readonly #stores: readonly KeyStore[];

  constructor(...stores: readonly KeyStore[]) {
    for (const store of stores) requireKeyStore(store);
    this.#stores = stores;
  }

  async get(id: string): Promise<KeyObject | undefined> {
    requireKeyId(id);
    for (const store of this.#stores) {
      const key = await store.get(id);
      if (key !== undefined) return key;
    }
    return undefined;
  }

  async candidates(): Promise<readonly KeyCandidate[]> {
    const all: KeyCandidate[] = [];
    for (const store of this.#stores) {
      for (const candidate of (await store.candidates?.()) ?? []) all.push(candidate);
    }
    return all;
  }
}
