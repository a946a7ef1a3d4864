import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { KeyStore } from '../../src/keys/key-store.js';

export function newKey(): KeyObject {
  return createSecretKey(randomBytes(32));
}

/** A store that holds these keys and no others. */
export function storeOf(keys: Readonly<Record<string, KeyObject>>): KeyStore {
  return { get: async (id) => keys[id] };
}
