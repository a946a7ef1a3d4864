import { createCipheriv, createDecipheriv, type KeyObject, randomBytes, scrypt } from 'node:crypto';
import { KeyStoreError } from '../errors/index.js';
import { KEY_LENGTH, keyFromBytes, withKeyBytes } from './data-key.js';
import {
  associatedData,
  type KeyEntry,
  type KeyFile,
  NONCE_LENGTH,
  SALT_LENGTH,
  TAG_LENGTH,
} from './key-file-format.js';

/** A key of a store with its entry in the file. */
export interface StoredKey extends KeyEntry {
  readonly key: KeyObject;
}

/** Parameters of scrypt for a new file, with a new salt. */
export function freshDerivation(cost: number): KeyFile['kdf'] {
  const salt = randomBytes(SALT_LENGTH).toString('base64');
  return { algorithm: 'scrypt', cost, blockSize: 8, parallelization: 1, salt };
}

/** The key that wraps the keys of a file. By design, this takes about half a second and 128 MiB at the default cost. */
export async function deriveWrappingKey(passphrase: KeyObject, kdf: KeyFile['kdf']): Promise<KeyObject> {
  const { cost, blockSize, parallelization, salt } = kdf;
  const N = 2 ** cost;
  const options = { N, r: blockSize, p: parallelization, maxmem: 2 * 128 * N * blockSize };
  const bytes = passphrase.export();
  try {
    return await new Promise<KeyObject>((resolve, reject) => {
      scrypt(bytes, Buffer.from(salt, 'base64'), KEY_LENGTH, options, (error, derived) => {
        if (error) reject(error);
        else resolve(keyFromBytes(derived));
      });
    });
  } finally {
    bytes.fill(0);
  }
}

/** The file for these keys. */
export function wrapKeys(keys: readonly StoredKey[], kdf: KeyFile['kdf'], wrappingKey: KeyObject): KeyFile {
  const nonce = randomBytes(NONCE_LENGTH);
  const open: KeyFile = {
    format: 'node-lto keystore',
    version: 1,
    kdf,
    cipher: { algorithm: 'aes-256-gcm', nonce: nonce.toString('base64'), tag: '' },
    keys: keys.map(({ id, created }) => ({ id, created })),
    wrapped: '',
  };
  const cipher = createCipheriv('aes-256-gcm', wrappingKey, nonce, { authTagLength: TAG_LENGTH });
  cipher.setAAD(associatedData(open));
  const wrapped = Buffer.concat(keys.map(({ key }) => withKeyBytes(key, (bytes) => cipher.update(bytes))));
  cipher.final();
  const tag = cipher.getAuthTag().toString('base64');
  return { ...open, cipher: { ...open.cipher, tag }, wrapped: wrapped.toString('base64') };
}

/** The keys of a file. Throws KeyStoreError if another key wraps them or the file was changed. */
export function unwrapKeys(file: KeyFile, wrappingKey: KeyObject, path: string): StoredKey[] {
  const { cipher, keys } = file;
  const decipher = createDecipheriv('aes-256-gcm', wrappingKey, Buffer.from(cipher.nonce, 'base64'), {
    authTagLength: TAG_LENGTH,
  });
  decipher.setAAD(associatedData(file));
  decipher.setAuthTag(Buffer.from(cipher.tag, 'base64'));
  const bytes = decipher.update(Buffer.from(file.wrapped, 'base64'));
  try {
    decipher.final();
    if (bytes.length !== keys.length * KEY_LENGTH) throw new RangeError('the keys are more or fewer than their names');
    return keys.map((entry, at) => ({
      ...entry,
      key: keyFromBytes(bytes.subarray(at * KEY_LENGTH, (at + 1) * KEY_LENGTH)),
    }));
  } catch {
    throw new KeyStoreError(`the passphrase of ${path} is another one, or the keystore was changed`, {
      reason: 'locked',
      next: 'Give the passphrase it was made with; if that is right, take the keystore from a backup',
    });
  } finally {
    bytes.fill(0);
  }
}
