import type { KeyObject } from 'node:crypto';
import { EncryptionKeyError, LtoError, type LtoErrorDetails } from '../../errors/index.js';
import type { KeyStore } from '../../keys/key-store.js';
import { probeRecord } from '../motion/probe-record.js';
import type { DrivePort } from '../port/drive-port.js';
import { otherKeyNeeded } from './confirm.js';
import { type NextBlock, readNextBlock } from './pages.js';
import { setKey, takeKeyOut } from './set-key.js';

/**
 * Sets the key that the block at the position was encrypted with, by the name that stands beside it on tape; where there
 * is none, each candidate of the store is tried. `refused`: the drive has refused to read the block for its key, which
 * counts where the drive does not tell how the next block is encrypted. Resolves with whether a key had to be set. Rejects
 * with EncryptionKeyError when the store has none that fits; no key of the store is left in the drive then.
 */
export async function unlock(port: DrivePort, keyStore: KeyStore, refused?: EncryptionKeyError): Promise<boolean> {
  const next = await readNextBlock(port);
  const isLocked = tells(next) ? next.encryption === 'other key needed' : refused !== undefined;
  if (!isLocked) return false;
  const details = { device: port.device, operation: 'read' };
  const keyId = next?.keyId;
  // The index of a block that nothing is known of means nothing.
  const algorithmIndex = tells(next) ? next.algorithmIndex : undefined;
  const key = keyId === undefined ? undefined : await namedKey(keyStore, keyId, details);
  const candidates = key === undefined ? await candidatesOf(keyStore, details) : [key];
  try {
    for (const candidate of candidates) {
      await setKey(port, { key: candidate, keyId, mode: 'decrypt-mixed', algorithmIndex, forReading: true });
      if (await fits(port, details)) return true;
    }
  } catch (error) {
    await takeOut(port);
    throw error;
  }
  await takeOut(port);
  throw keyId === undefined ? noneFits(candidates.length, details) : notThatKey(keyId, details);
}

/** The one with the name that stands on tape. */
async function namedKey(keyStore: KeyStore, keyId: string, details: LtoErrorDetails): Promise<KeyObject> {
  const key = await keyStore.get(keyId).catch((cause: unknown) => {
    throw storeFailed(keyId, cause, details);
  });
  if (key) return key;
  throw new EncryptionKeyError(`the key store has no key ${JSON.stringify(keyId)}, with which the data is encrypted`, {
    ...details,
    keyId,
    next: 'Add that key to the store',
  });
}

/** The tape names no key, or the drive does not tell the name: those of the store, each once. */
async function candidatesOf(keyStore: KeyStore, details: LtoErrorDetails): Promise<readonly KeyObject[]> {
  if (keyStore.candidates === undefined) throw otherKeyNeeded(undefined, details);
  const candidates = await keyStore.candidates().catch((cause: unknown) => {
    throw storeFailed(undefined, cause, details);
  });
  const different: KeyObject[] = [];
  for (const { key } of candidates) if (!different.some((other) => other.equals(key))) different.push(key);
  return different;
}

/** Whether the block at the position can be read with the key that is set: by reading it, unless the drive rules it out. */
async function fits(port: DrivePort, details: LtoErrorDetails): Promise<boolean> {
  if ((await readNextBlock(port))?.encryption === 'other key needed') return false;
  const logicalObject = await port.transport.tell().catch(() => undefined);
  if (logicalObject === undefined) throw otherKeyNeeded(undefined, details);
  try {
    await probeRecord(port, logicalObject);
    return true;
  } catch (error) {
    if (error instanceof EncryptionKeyError) return false;
    throw error;
  }
}

/** Of drives that can tell only after they met the block, or never. */
function tells(next: NextBlock | undefined): next is NextBlock {
  return next !== undefined && next.encryption !== 'unknown' && next.encryption !== 'not determined';
}

/** Should it fail, closing the handle tries again, and says so. */
async function takeOut(port: DrivePort): Promise<void> {
  await takeKeyOut(port, 'another key was set to read a file').catch(() => undefined);
}

function noneFits(count: number, details: LtoErrorDetails): EncryptionKeyError {
  return new EncryptionKeyError(
    `the data is encrypted with a key that the tape does not name, and none of the ${count} in the store is it`,
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

function notThatKey(keyId: string, details: LtoErrorDetails): EncryptionKeyError {
  return new EncryptionKeyError(
    `the key ${JSON.stringify(keyId)} of the store is not the one that encrypted the data`,
    {
      ...details,
      keyId,
      next: 'Find the key that had this name when the data was written',
    },
  );
}
