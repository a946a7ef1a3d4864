import type { KeyObject } from 'node:crypto';
import { EncryptionKeyError, LtoError, type LtoErrorDetails } from '../../errors/index.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { DrivePort } from '../drive-port.js';
import { otherKeyNeeded } from './confirm.js';
import { type NextBlock, readNextBlock } from './pages.js';
import { setKey } from './set-key.js';

/**
 * Sets the key that the block at the position was encrypted with, by the name that stands beside it on tape; where there
 * is none, each candidate of the store is tried. Resolves with whether a key had to be set. Rejects with
 * EncryptionKeyError when the store has none that fits.
 */
export async function unlock(port: DrivePort, keys: KeyStore): Promise<boolean> {
  const next = await readNextBlock(port);
  if (next?.encryption !== 'other key needed') return false;
  const { keyId, algorithmIndex } = next;
  const details = { device: port.device, operation: 'read' };
  if (keyId === undefined) {
    await tryAll(port, keys, algorithmIndex, details);
    return true;
  }
  const key = await keys.get(keyId).catch((cause: unknown) => {
    throw storeFailed(keyId, cause, details);
  });
  if (key === undefined) {
    throw new EncryptionKeyError(
      `the key store has no key ${JSON.stringify(keyId)}, which the data is encrypted with`,
      {
        ...details,
        keyId,
        next: 'Add that key to the store',
      },
    );
  }
  await setKey(port, { key, keyId, mode: 'decrypt-mixed', algorithmIndex, forReading: true });
  requireFits(await readNextBlock(port), keyId, details);
  return true;
}

/** The tape names no key: each that the store has is set, once, until the drive says that it fits the record. */
async function tryAll(
  port: DrivePort,
  keys: KeyStore,
  algorithmIndex: number,
  details: LtoErrorDetails,
): Promise<void> {
  if (keys.candidates === undefined) throw otherKeyNeeded(undefined, details);
  const candidates = await keys.candidates().catch((cause: unknown) => {
    throw storeFailed(undefined, cause, details);
  });
  const tried: KeyObject[] = [];
  for (const { key } of candidates) {
    if (tried.some((other) => other.equals(key))) continue;
    tried.push(key);
    await setKey(port, { key, mode: 'decrypt-mixed', algorithmIndex, forReading: true });
    if ((await readNextBlock(port))?.encryption !== 'other key needed') return;
  }
  throw new EncryptionKeyError(
    `the data is encrypted with a key that the tape does not name, and none of the ${tried.length} in the store is it`,
    { ...details, keyId: undefined, next: 'Add the key to the store: the program that wrote the tape has it' },
  );
}

/** Only our own errors are known to hold no key. */
function storeFailed(keyId: string | undefined, cause: unknown, details: LtoErrorDetails): EncryptionKeyError {
  const known = cause instanceof LtoError ? cause : undefined;
  const named = keyId === undefined ? 'a key that the tape does not name' : `the key ${JSON.stringify(keyId)}`;
  const why = known ? `: ${known.message}` : '';
  return new EncryptionKeyError(`the data is encrypted with ${named}, but the store failed${why}`, {
    ...details,
    keyId,
    cause,
    ...(known === undefined && { next: 'See what the key store says' }),
  });
}

function requireFits(next: NextBlock | undefined, keyId: string, details: LtoErrorDetails): void {
  if (next?.encryption !== 'other key needed') return;
  throw new EncryptionKeyError(`the key ${JSON.stringify(keyId)} of the store is not the one that encrypted the data`, {
    ...details,
    keyId,
    next: 'Find the key that had this name when the data was written',
  });
}
