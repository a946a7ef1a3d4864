import type { KeyObject } from 'node:crypto';
import { EncryptionKeyError, LtoError, type LtoErrorDetails } from '../../errors/index.js';
import type { KeyStore } from '../../keys/key-store.js';
import { probeRecord } from '../motion/probe-record.js';
import type { DrivePort } from '../port/drive-port.js';
import { otherKeyNeeded } from './confirm.js';
import { type NextBlock, readNextBlock } from './pages.js';
import { setKey, takeKeyOut } from './set-key.js';

/**
 * Sets the key of the encrypted block at the current position, by the identifier on tape; without one, each candidate
 * of the store is tried. `refused`: the drive refused to read the block because of its key, which is used if the drive
 * does not report how the next block is encrypted. Resolves with whether a key had to be set. Rejects with
 * EncryptionKeyError if no key of the store fits; none is left in the drive then.
 */
export async function unlock(port: DrivePort, keyStore: KeyStore, refused?: EncryptionKeyError): Promise<boolean> {
  const next = await readNextBlock(port);
  const isLocked = tells(next) ? next.encryption === 'other key needed' : refused !== undefined;
  if (!isLocked) return false;
  const details = { device: port.device, operation: 'read' };
  const keyId = next?.keyId;
  // The algorithm index is meaningless if the status of the block is unknown.
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

/** The key with the identifier on tape. */
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

/** If there is no identifier on tape, or the drive does not report it: all keys of the store, each once. */
async function candidatesOf(keyStore: KeyStore, details: LtoErrorDetails): Promise<readonly KeyObject[]> {
  if (keyStore.candidates === undefined) throw otherKeyNeeded(undefined, details);
  const candidates = await keyStore.candidates().catch((cause: unknown) => {
    throw storeFailed(undefined, cause, details);
  });
  const different: KeyObject[] = [];
  for (const { key } of candidates) if (!different.some((other) => other.equals(key))) different.push(key);
  return different;
}

/**
 * Whether the block at the current position can be read with the current key: by reading it, unless the drive reports
 * that it cannot.
 */
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

/** Some drives report it only after reading the block, or never. */
function tells(next: NextBlock | undefined): next is NextBlock {
  return next !== undefined && next.encryption !== 'unknown' && next.encryption !== 'not determined';
}

/** If this fails, closing the handle tries again and reports the error. */
async function takeOut(port: DrivePort): Promise<void> {
  await takeKeyOut(port, 'another key was set to read a file').catch(() => undefined);
}

function noneFits(count: number, details: LtoErrorDetails): EncryptionKeyError {
  return new EncryptionKeyError(
    `the data is encrypted with a key that the tape does not name, and none of the ${count} in the store is it`,
    { ...details, keyId: undefined, next: 'Add the key to the store: the program that wrote the tape has it' },
  );
}

/** Only errors of this library are known not to contain a key. */
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
