import type { KeyObject } from 'node:crypto';
import { requireCallback } from '../arguments/options.js';
import { InvalidArgumentError, KeyStoreError } from '../errors/index.js';
import { keyFromBytes, requireDataKey } from './data-key.js';
import { type KeyStore, requireKeyId } from './key-store.js';

/** Returns the key with that identifier, or undefined if there is none. Bytes are wiped once they are copied. */
export type FetchKey = (id: string) => KeyObject | Uint8Array | undefined | Promise<KeyObject | Uint8Array | undefined>;

/** Keys from a service: a vault, a key manager, a database. */
export class CallbackKeyStore implements KeyStore {
  readonly #fetch: FetchKey;

  constructor(fetch: FetchKey) {
    if (fetch === undefined)
      throw new InvalidArgumentError('a function that fetches keys is needed', { operation: 'key' });
    requireCallback('fetch', fetch, { operation: 'key' });
    this.#fetch = fetch;
  }

  /** Rejects with KeyStoreError when the service fails. The service's error is the `cause`; no message repeats it. */
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
