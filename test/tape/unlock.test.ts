import { describe, expect, it } from 'vitest';
import { EncryptionKeyError, HardwareError, KeyStoreError } from '../../src/errors/index.js';
import type { KeyStore } from '../../src/keys/key-store.js';
import {
  DECRYPTION_MODE,
  ENCRYPTION_MODE,
  ENCRYPTION_SCOPE,
  KAD_TYPE,
  setDataEncryption,
} from '../../src/scsi/security/index.js';
import { testKey } from '../keys/support.js';
import { send } from '../virtual/support.js';
import { type Bench, newSessionBench } from './session/support.js';

// What is said where a key store cannot help, and what is known of a block before it is read.

const KEY = testKey(7);

/** A file that another program has encrypted, with a name of its key on tape or without. */
async function encrypted(keyId: string | undefined): Promise<Bench> {
  const bench = await newSessionBench();
  const off = { scope: ENCRYPTION_SCOPE.local, algorithmIndex: 1 };
  const name = { type: KAD_TYPE.unauthenticated, authenticated: 0, data: Buffer.from(keyId ?? '') };
  const kads = keyId === undefined ? [] : [name];
  const modes = { encryptionMode: ENCRYPTION_MODE.encrypt, decryptionMode: DECRYPTION_MODE.mixed };
  await send(bench.virtual, setDataEncryption({ ...off, ...modes, key: KEY.export(), kads }));
  await bench.tape.writeFile([Buffer.alloc(4096, 1)]);
  await send(bench.virtual, setDataEncryption(off));
  return bench;
}

async function failureOf({ tape }: Bench, keyStore: KeyStore): Promise<EncryptionKeyError> {
  const failure: unknown = await tape.verifyFile({ fileNumber: 0, keyStore }).catch((error: unknown) => error);
  if (failure instanceof EncryptionKeyError) return failure;
  throw new Error('it was read', { cause: failure });
}

const SECRET = 'aa'.repeat(32);
const foreign = new Error(`the backend refused ${SECRET}`);
const ours = new KeyStoreError('the file is locked', { reason: 'busy', next: 'Wait for the other program' });

describe('a key store that fails', () => {
  it.each([
    ['a key that the tape names', 'offsite', 'the data is encrypted with the key "offsite", but the store failed'],
    ['one that it does not', undefined, 'encrypted with a key that the tape does not name, but the store failed'],
  ])('for %s: only an error of this library is repeated', async (_what, keyId, message) => {
    const bench = await encrypted(keyId);
    for (const reason of [foreign, ours]) {
      const reject = () => Promise.reject(reason);
      const failure = await failureOf(bench, { get: reject, candidates: reject });
      expect(failure).toMatchObject({ keyId, cause: reason, device: bench.tape.device, operation: 'read' });
      expect(failure.message).toContain(message);
      expect(failure.message).not.toContain(SECRET);
      expect(failure.message.includes(ours.message)).toBe(reason === ours);
      const end = reason === ours ? `but the store failed: ${ours.message}` : 'but the store failed. See what';
      expect(failure.message).toContain(end);
      expect(failure.next).toBe(reason === ours ? undefined : 'See what the key store says');
    }
  });

  it('has another key under that name, none of that name, or none that fits', async () => {
    const named = await encrypted('offsite');
    const wrong = await failureOf(named, { get: async () => testKey(8) });
    expect(wrong.message).toContain('the key "offsite" of the store is not the one that encrypted the data');
    expect(wrong).toMatchObject({
      keyId: 'offsite',
      next: 'Find the key that had this name when the data was written',
    });
    const missing = await failureOf(named, { get: async () => undefined });
    expect(missing.message).toContain('the key store has no key "offsite", with which the data is encrypted');
    expect(missing).toMatchObject({ keyId: 'offsite', next: 'Add that key to the store' });
    const candidates = [8, 9, 8].map((seed) => ({ id: `key ${seed}`, key: testKey(seed) }));
    const none = await failureOf(await encrypted(undefined), {
      get: async () => undefined,
      candidates: async () => candidates,
    });
    expect(none.message).toContain('a key that the tape does not name, and none of the 2 in the store is it');
    expect(none).toMatchObject({ keyId: undefined, next: expect.stringContaining('Add the key to the store') });
  });
});

describe('the next block', () => {
  it('is told with its key, and is not known where the drive does not report it', async () => {
    const { tape, virtual } = await encrypted('offsite');
    await tape.locateFile(0);
    expect(await tape.encryption.nextBlock()).toMatchObject({
      logicalObject: 0,
      keyId: 'offsite',
      algorithmIndex: 1,
      encryption: 'other key needed',
      rawReadingDisabled: true,
    });
    for (const sense of [
      { key: 8, asc: 0, ascq: 5 },
      { key: 3, asc: 0x11, ascq: 0 },
    ]) {
      virtual.faults = [{ command: 'SECURITY PROTOCOL IN', outcome: { sense } }];
      expect(await tape.encryption.nextBlock(), JSON.stringify(sense)).toBeUndefined();
    }
    virtual.faults = [{ command: 'SECURITY PROTOCOL IN', outcome: { sense: { key: 4, asc: 0x44, ascq: 0 } } }];
    await expect(tape.encryption.nextBlock()).rejects.toBeInstanceOf(HardwareError);
  });
});
