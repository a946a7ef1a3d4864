import { createHash, createSecretKey, KeyObject, randomFillSync } from 'node:crypto';
import { InvalidArgumentError } from '../errors/index.js';

/** Bytes of a data key: every LTO drive encrypts with AES-256. */
export const KEY_LENGTH = 32;

/** A new random key. */
export function generateKey(): KeyObject {
  return keyFromBytes(randomFillSync(Buffer.alloc(KEY_LENGTH)));
}

/** Makes a key from 32 bytes and wipes them, even if they are not a valid key. Throws InvalidArgumentError. */
export function keyFromBytes(bytes: Uint8Array): KeyObject {
  try {
    requireKeyBytes(bytes);
    return createSecretKey(bytes);
  } finally {
    if (bytes instanceof Uint8Array) bytes.fill(0);
  }
}

/** Throws InvalidArgumentError for anything but the 32 bytes of a key. */
export function requireKeyBytes(bytes: unknown): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw noKey('a key is made of bytes', 'Give a Buffer of 32 bytes');
  requireLength(bytes.length);
}

/** Returns the key if a drive can use it: secret, 256 bits. Throws InvalidArgumentError otherwise. */
export function requireDataKey(key: KeyObject): KeyObject {
  requireKeyObject(key);
  requireLength(key.symmetricKeySize ?? 0);
  return key;
}

/** Runs `work` with the bytes of a key, which are wiped when it returns. */
export function withKeyBytes<T>(key: KeyObject, work: (bytes: Buffer) => T): T {
  requireKeyObject(key);
  const bytes = key.export();
  try {
    return work(bytes);
  } finally {
    bytes.fill(0);
  }
}

/**
 * A fingerprint for people to compare keys: 64 bits of a hash, as `0123:4567:89ab:cdef`. It reveals nothing about a
 * random key; a guessable key can be confirmed with it.
 */
export function keyFingerprint(key: KeyObject): string {
  const hash = createHash('sha256').update(FINGERPRINT_LABEL);
  const digest = withKeyBytes(key, (bytes) => hash.update(bytes).digest('hex'));
  return [0, 4, 8, 12].map((at) => digest.slice(at, at + 4)).join(':');
}

/** Makes the fingerprint of a key differ from any other hash of it. */
const FINGERPRINT_LABEL = 'node-lto key fingerprint v1\0';

function requireKeyObject(key: unknown): asserts key is KeyObject {
  if (key instanceof KeyObject && key.type === 'secret') return;
  throw noKey('a key is a secret KeyObject; this is none', 'Make one with generateKey() or keyFromBytes()');
}

/** The message does not repeat the argument: it may be a key in another form. */
function noKey(what: string, next: string): InvalidArgumentError {
  return new InvalidArgumentError(what, { operation: 'key', next });
}

function requireLength(bytes: number): void {
  if (bytes === KEY_LENGTH) return;
  throw new InvalidArgumentError(`a key for an LTO drive has 256 bits, this one ${bytes * 8}`, { operation: 'key' });
}
