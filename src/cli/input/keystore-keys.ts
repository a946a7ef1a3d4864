import type { KeyObject } from 'node:crypto';
import { EncryptionKeyError } from '../../errors/index.js';
import type { FileKeyStore } from '../../keys/file-key-store.js';
import { type KeyStore, requireKeyId } from '../../keys/key-store.js';
import type { KeystoreOptions } from './keystore.js';

/** The keys of the keystore. It is opened, and its passphrase requested, when the first key is needed. */
export function keysOf(options: KeystoreOptions): KeyStore {
  let opened: Promise<FileKeyStore> | undefined;
  const open = () => {
    opened ??= import('./keystore.js').then(({ openKeystore }) => openKeystore(options));
    return opened;
  };
  return {
    get: async (id) => (await open()).get(id),
    candidates: async () => (await open()).candidates(),
  };
}

/** Rejects with EncryptionKeyError if the key does not exist. */
export async function requireKey(keys: KeyStore, keyId: string): Promise<KeyObject> {
  const key = await keys.get(requireKeyId(keyId));
  if (key) return key;
  throw new EncryptionKeyError(`the keystore has no key ${JSON.stringify(keyId)}`, {
    operation: 'key',
    keyId,
    next: '`lto key list` shows the keys it holds, `lto key generate` makes one',
  });
}
