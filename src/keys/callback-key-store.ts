import type { KeyObject } from 'node:crypto';
import { KeyStoreError } from '../errors/index.js';
import { keyFromBytes, requireDataKey } from './data-key.js';
import { type KeyStore, requireKeyId } from './key-store.js';

/** Asks for the key with that identifier; undefined where there is none. Bytes are wiped once they are taken over. */
export type FetchKey = (id: string) => KeyObject | Uint8Array | undefined | Promise<KeyObject | Uint8Array | undefined>;

/** Keys that a service keeps: a vault, a key manager, a database. */
export class CallbackKeyStore implements KeyStore {
  readonly #fetch: FetchKey;

  constructor(fetch: FetchKey) {
    this.#fetch = fetch;
  }

  /** Rejects with KeyStoreError when the service fails; its own error is the cause, which no message repeats. */
  async get(id: string): Promise<KeyObject | undefined> {
    requireKeyId(id);
    try {
      const key = await this.#fetch(id);
      if (key === undefined) return undefined;
      return key instanceof Uint8Array ? keyFromBytes(key) : requireDataKey(key);
    } catch (cause) {
      throw new KeyStoreError(`the service that keeps the keys gives none for ${JSON.stringify(id)}`, {
        reason: 'failed',
        next: 'See the cause of this error',
        cause,
      });
    }
  }
}
