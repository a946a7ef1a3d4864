import * as z from 'zod';
import { KeyStoreError } from '../errors/index.js';
import { requireKeyId } from './key-store.js';

/** Bytes of the salt of scrypt. */
export const SALT_LENGTH = 32;
/** Bytes of the nonce and of the tag of AES-GCM. */
export const NONCE_LENGTH = 12;
export const TAG_LENGTH = 16;
/** log2 of the CPU and memory cost N of scrypt: 14 takes 16 MiB, 17 takes 128 MiB, 20 takes 1 GiB. */
export const COST = { least: 14, usual: 17, most: 20 } as const;

const LATEST_VERSION = 1;

/** What can be read of a key in the file without the passphrase. */
export interface KeyEntry {
  readonly id: string;
  /** Time at which it was added. */
  readonly created: string;
}

const KEY: z.ZodType<KeyEntry> = z.strictObject({ id: z.string().refine(isKeyId), created: z.iso.datetime() });

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
  /** The keys, 32 bytes each, in the order of `keys`, encrypted as a whole. */
  wrapped: base64(),
});

const VERSION = z.looseObject({ format: KEY_FILE.shape.format, version: z.int() });

/** The file as it is on disk; binary values in base64. See docs/keys.md. */
export type KeyFile = z.infer<typeof KEY_FILE>;

/** Throws KeyStoreError if the content is not a key file, or is one of a later version. */
export function decodeKeyFile(content: Uint8Array, path: string): KeyFile {
  const json = parseJson(content);
  const file = KEY_FILE.safeParse(json);
  if (file.success) return file.data;
  const known = VERSION.safeParse(json);
  const later = known.success && known.data.version > LATEST_VERSION;
  throw new KeyStoreError(
    later ? `${path} is a keystore of version ${known.data.version}` : `${path} is no keystore, or a damaged one`,
    {
      reason: 'malformed',
      next: later ? 'Use a later version of this software' : 'Name another file, or take the keystore from a backup',
    },
  );
}

export function encodeKeyFile(file: KeyFile): Buffer {
  return Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`);
}

/**
 * The additional data of AES-GCM: everything in the file but the wrapped keys and the tag. So no key can be renamed or
 * removed without the passphrase.
 */
export function associatedData({ format, version, kdf, cipher, keys }: KeyFile): Buffer {
  return Buffer.from(
    JSON.stringify([
      [format, version],
      [kdf.algorithm, kdf.cost, kdf.blockSize, kdf.parallelization, kdf.salt],
      [cipher.algorithm, cipher.nonce],
      keys.map(({ id, created }) => [id, created]),
    ]),
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
