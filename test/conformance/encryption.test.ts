import { pipeline } from 'node:stream/promises';
import { describe, expect } from 'vitest';
import { EncryptionError, EncryptionKeyError, UnterminatedFileError, WriteError } from '../../src/errors/index.js';
import { setDataEncryption } from '../../src/scsi/security/index.js';
import type { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Transport } from '../../src/transport/transport.js';
import { newKey, storeOf } from '../support/keys.js';
import { backend, closed, collect, conforms, openBoth, openDrive, testData } from './conformance.js';

const RECORD = 64 * 1024;
const A = newKey();
const B = newKey();
const KEYS = storeOf({ A, B });

const encrypting = (keyId: 'A' | 'B') => ({ key: keyId === 'A' ? A : B, keyId });

/** Switches encryption off as another program would. */
async function switchOffBehindOurBack({ encryption }: TapeDrive, transport: Transport): Promise<void> {
  const algorithmIndex = (await encryption.capabilities())?.algorithms[0]?.index ?? 0;
  const { status } = await transport.scsi(setDataEncryption({ scope: 1, algorithmIndex }));
  expect(status).toBe(0);
}

const content = (seed: number) => testData(3 * RECORD + 100, seed);

async function write(drive: TapeDrive, seed: number, position?: 'overwrite'): Promise<void> {
  await drive.writeFile([content(seed)], { recordSize: RECORD, position });
}

async function read(drive: TapeDrive, fileNumber: number, keys = KEYS): Promise<Buffer> {
  return collect(drive.createReadStream({ fileNumber, keyStore: keys }));
}

describe(`encryption on ${backend.name}`, () => {
  conforms('a key is set, proven, and needed to read', ['encryption'], async () => {
    const drive = await openDrive();
    const { encryption } = drive;
    const before = await encryption.status();
    const after = await encryption.enable(encrypting('A'));
    expect(after).toMatchObject({ encryption: 'encrypt', decryption: 'mixed', keyId: 'A' });
    expect(after.keyInstance).not.toBe(before?.keyInstance);
    expect(encryption.asked).toBe(true);
    expect(encryption.provenKeyId).toBe('A');
    await write(drive, 1, 'overwrite');
    await drive.rewind();
    expect(await encryption.nextBlock()).toMatchObject({ encryption: 'decryptable', keyId: 'A' });
    expect((await collect(drive.createReadStream({ fileNumber: 0 }))).equals(content(1))).toBe(true);
    expect(await encryption.disable()).toMatchObject({ encryption: 'off', decryption: 'off', keyId: undefined });
    await drive.rewind();
    expect(await encryption.nextBlock()).toMatchObject({ encryption: 'other key needed', keyId: 'A' });
    for (let i = 0; i < 2; i += 1) {
      const error = await collect(drive.createReadStream({ fileNumber: 0 })).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(EncryptionKeyError);
      expect(error).toMatchObject({ keyId: 'A' });
    }
    await encryption.enable(encrypting('B'));
    await expect(collect(drive.createReadStream({ fileNumber: 0 }))).rejects.toMatchObject({ keyId: 'A' });
  });

  conforms('keys are found by their names on tape: two keys and plain files on one tape', ['encryption'], async () => {
    const drive = await openDrive();
    await write(drive, 0, 'overwrite');
    await drive.encryption.enable(encrypting('A'));
    await write(drive, 1);
    await drive.encryption.enable(encrypting('B'));
    await write(drive, 2);
    await drive.encryption.disable();
    await write(drive, 3);
    for (const file of [0, 1, 2, 3, 1, 3, 2, 0]) {
      expect((await read(drive, file)).equals(content(file))).toBe(true);
    }
    await drive.close();
    const again = await openDrive();
    expect(await again.encryption.status()).toMatchObject({ encryption: 'off', decryption: 'off' });
    for (const file of [2, 1]) expect((await read(again, file)).equals(content(file))).toBe(true);
  });

  conforms('a missing key and a wrong one are told by name', ['encryption'], async () => {
    const drive = await openDrive();
    await drive.encryption.enable(encrypting('A'));
    await write(drive, 1, 'overwrite');
    await drive.encryption.disable();
    for (const keys of [storeOf({ B }), storeOf({ A: B })]) {
      const error = await read(drive, 0, keys).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(EncryptionKeyError);
      expect(error).toMatchObject({ keyId: 'A', code: 'LTO_ENCRYPTION_KEY' });
    }
    expect((await read(drive, 0)).equals(content(1))).toBe(true);
  });

  conforms('a key that was set to read a file is none to write with', ['encryption'], async () => {
    const drive = await openDrive();
    await drive.encryption.enable(encrypting('A'));
    await write(drive, 0, 'overwrite');
    await drive.encryption.enable(encrypting('B'));
    await read(drive, 0);
    expect(drive.encryption.replacedForReading).toBe(true);
    await expect(write(drive, 1)).rejects.toBeInstanceOf(EncryptionError);
    await drive.encryption.enable(encrypting('B'));
    await write(drive, 1);
    expect(await drive.spaceToEndOfData()).toMatchObject({ fileNumber: 2 });
  });

  conforms(
    'a cartridge that was loaded anew is not written before the key is proven again',
    ['encryption', 'load'],
    async () => {
      const drive = await openDrive();
      await drive.encryption.enable(encrypting('A'));
      await write(drive, 0, 'overwrite');
      await drive.unload();
      await drive.load();
      await drive.rewind();
      expect(await drive.encryption.status()).toMatchObject({ encryption: 'off' });
      await expect(write(drive, 1)).rejects.toBeInstanceOf(EncryptionError);
      await expect(write(drive, 1)).rejects.toBeInstanceOf(EncryptionError);
      await drive.encryption.enable(encrypting('A'));
      await write(drive, 1);
      expect((await read(drive, 1)).equals(content(1))).toBe(true);
    },
  );

  conforms('a reset in the middle of a job ends it, and nothing plain follows', ['encryption', 'reset'], async () => {
    const { drive, transport } = await openBoth();
    await drive.encryption.enable(encrypting('A'));
    await write(drive, 0, 'overwrite');
    async function* source() {
      for (let i = 0; i < 200; i += 1) {
        if (i === 100) await backend.reset(transport);
        yield testData(RECORD, i);
      }
    }
    const stream = drive.createWriteStream({ recordSize: RECORD, bufferBytes: 8 * RECORD });
    const error = await pipeline(source(), stream).catch((reason: unknown) => reason);
    await closed(stream);
    expect([WriteError, EncryptionError].some((type) => error instanceof type)).toBe(true);
    expect(stream.receipt).toBeUndefined();
    await drive.rewind();
    await expect(write(drive, 1, 'overwrite')).rejects.toBeInstanceOf(EncryptionError);
    expect((await read(drive, 0)).equals(content(0))).toBe(true);
    await drive.encryption.enable(encrypting('A'));
    await drive.rewind();
    await expect(write(drive, 1)).rejects.toBeInstanceOf(UnterminatedFileError);
  });

  conforms('a key that another program takes away is missed at the next file', ['encryption'], async () => {
    const { drive, transport } = await openBoth();
    await drive.encryption.enable(encrypting('A'));
    await write(drive, 0, 'overwrite');
    await switchOffBehindOurBack(drive, transport);
    await expect(write(drive, 1)).rejects.toBeInstanceOf(EncryptionError);
    expect(drive.encryption.asked).toBe(true);
    expect(drive.encryption.provenKeyId).toBeUndefined();
    await expect(drive.encryption.confirm()).rejects.toBeInstanceOf(EncryptionError);
  });

  conforms('a key that another program takes away in the middle of a job: no receipt', ['encryption'], async () => {
    const { drive, transport } = await openBoth();
    await drive.encryption.enable(encrypting('A'));
    async function* source() {
      for (let i = 0; i < 40; i += 1) {
        if (i === 20) await switchOffBehindOurBack(drive, transport);
        yield testData(RECORD, i);
      }
    }
    const stream = drive.createWriteStream({ recordSize: RECORD, bufferBytes: 8 * RECORD, position: 'overwrite' });
    await expect(pipeline(source(), stream)).rejects.toBeInstanceOf(EncryptionError);
    await closed(stream);
    expect(stream.receipt).toBeUndefined();
    await expect(write(drive, 1)).rejects.toBeInstanceOf(EncryptionError);
  });

  conforms(
    'plain blocks are refused where only encrypted ones are wanted, and told as that',
    ['encryption'],
    async () => {
      const drive = await openDrive();
      await write(drive, 0, 'overwrite');
      await drive.encryption.enable({ ...encrypting('A'), mode: 'encrypt' });
      await expect(collect(drive.createReadStream({ fileNumber: 0 }))).rejects.toBeInstanceOf(EncryptionError);
      await drive.encryption.enable({ ...encrypting('A'), mode: 'mixed' });
      expect((await read(drive, 0)).equals(content(0))).toBe(true);
    },
  );
});
