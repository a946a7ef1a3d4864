import { EncryptionKeyError, LtoError, type LtoErrorDetails } from '../../errors/index.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { DrivePort } from '../drive-port.js';
import { otherKeyNeeded } from './confirm.js';
import { type NextBlock, readNextBlock } from './pages.js';
import { setKey } from './set-key.js';

/**
 * Sets the key that the block at the position was encrypted with, by the name that stands beside it on tape. Resolves
 * with whether a key had to be set. Rejects with EncryptionKeyError when the store has none of that name, or another.
 */
export async function unlock(port: DrivePort, keys: KeyStore): Promise<boolean> {
  const next = await readNextBlock(port);
  if (next?.encryption !== 'other key needed') return false;
  const { keyId, algorithmIndex } = next;
  const details = { device: port.device, operation: 'read' };
  if (keyId === undefined) throw otherKeyNeeded(undefined, details);
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

/** Only our own errors are known to hold no key. */
function storeFailed(keyId: string, cause: unknown, details: LtoErrorDetails): EncryptionKeyError {
  const known = cause instanceof LtoError ? cause : undefined;
  const why = known ? `: ${known.message}` : '';
  return new EncryptionKeyError(
    `the data is encrypted with the key ${JSON.stringify(keyId)}, but the store failed${why}`,
    {
      ...details,
      keyId,
      cause,
      ...(known === undefined && { next: 'See what the key store says' }),
    },
  );
}

function requireFits(next: NextBlock | undefined, keyId: string, details: LtoErrorDetails): void {
  if (next?.encryption !== 'other key needed') return;
  throw new EncryptionKeyError(`the key ${JSON.stringify(keyId)} of the store is not the one that encrypted the data`, {
    ...details,
    keyId,
    next: 'Find the key that had this name when the data was written',
  });
}
