// Loaded when there is a file to decode, since the validator is large.
import * as z from 'zod';
import { KeyStoreError } from '../errors/index.js';
import { COST, type KeyFile, LATEST_VERSION, NONCE_LENGTH, SALT_LENGTH, TAG_LENGTH } from './key-file-format.js';
import { requireKeyId } from './key-store.js';

const KEY = z.strictObject({ id: z.string().refine(isKeyId), created: z.iso.datetime() });

const KEY_FILE = z.strictObject({
  format: z.literal('node-lto keystore'),
  version: z.literal(LATEST_VERSION),
  kdf: z.strictObject({
    algorithm: z.literal('scrypt'),
    cost: z.int().min(COST.least).max(COST.most),
    blockSize: z.literal(8),
    parallelization: z.literal(1),
    salt: base64(SALT_LENGTH),
  }),
  cipher: z.strictObject({
    algorithm: z.literal('aes-256-gcm'),
    nonce: base64(NONCE_LENGTH),
    tag: base64(TAG_LENGTH),
  }),
  keys: z.array(KEY).refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length),
  wrapped: base64(),
});

const VERSION = z.looseObject({ format: KEY_FILE.shape.format, version: z.int() });

/** Throws KeyStoreError if the content is not a key file, or is one of a later version. */
export function decodeKeyFile(content: Uint8Array, path: string): KeyFile {
  const json = parseJson(content);
  const file = KEY_FILE.safeParse(json);
  if (file.success) return file.data;
  const known = VERSION.safeParse(json);
  const later = known.success && known.data.version > LATEST_VERSION;
  throw new KeyStoreError(
    later ? `${path} is a keystore of version ${known.data.version}` : `${path} is not a keystore, or is damaged`,
    {
      reason: 'malformed',
      next: later ? 'Use a later version of this software' : 'Name another file, or take the keystore from a backup',
    },
  );
}

function parseJson(content: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString('utf8'));
  } catch {
    return undefined;
  }
}

function base64(length?: number) {
  return z.base64().refine((text) => length === undefined || Buffer.from(text, 'base64').length === length);
}

function isKeyId(id: string): boolean {
  try {
    return requireKeyId(id) === id;
  } catch {
    return false;
  }
}
