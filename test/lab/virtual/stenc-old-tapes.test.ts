import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EncryptionKeyError, LabelError } from '../../../src/errors/index.js';
import { FileKeyStore } from '../../../src/keys/file-key-store.js';
import type { KeyStore } from '../../../src/keys/key-store.js';
import { MemoryKeyStore } from '../../../src/keys/memory-key-store.js';
import { encodeStencFile } from '../../../src/keys/stenc-file.js';
import { readLabel, writeLabel } from '../../../src/provider/label/label.js';
import { LABEL_MEMBER } from '../../../src/provider/session/cartridge-label.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { collect, testData } from '../../conformance/conformance.js';
import { newKey } from '../../support/keys.js';
import { command, shell } from '../command.js';
import { ltoDone } from '../lto.js';
import { freshCartridge } from './served.js';

// Tapes as the shell-out provider has left them: stenc sets the key, with a description or without, and all that is
// written from then on is encrypted, the label too.

const DEVICE = '/dev/nst0';
const LABEL = 'OLD001L8';
const ID = 'offsite 2026';
const KEY = newKey();
const RECORD = 64 * 1024;
const DATA = testData(3 * RECORD);

let work = '';

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'old-tapes-'));
  await writeFile(join(work, LABEL_MEMBER), `${LABEL}\n`);
  await writeFile(join(work, 'data'), DATA);
  await freshCartridge();
  // stenc gives up at the unit attention of a new cartridge.
  await mt('rewind');
});

afterEach(async () => {
  await stenc('-e', 'off', '-a', '1');
  await rm(work, { recursive: true, force: true });
});

const stenc = (...args: readonly string[]) => command('stenc', '-f', '/dev/sg0', ...args);

const mt = (...words: readonly string[]) => command('mt', '-f', DEVICE, ...words);

async function setKey(description: string | undefined): Promise<void> {
  await writeFile(join(work, 'key'), encodeStencFile({ key: KEY, description }), { mode: 0o600 });
  await stenc('-e', 'on', '-k', join(work, 'key'), '-a', '1');
}

async function withDrive<T>(work: (drive: TapeDrive) => Promise<T>): Promise<T> {
  const drive = await TapeDrive.open(DEVICE);
  try {
    await drive.rewind();
    return await work(drive);
  } finally {
    await drive.close();
  }
}

async function writtenByTarAndDd(): Promise<void> {
  await mt('rewind');
  await command('tar', '-cf', DEVICE, '-C', work, LABEL_MEMBER);
  await shell(`dd if=${work}/data of=${DEVICE} bs=64k status=none`);
}

const WRITERS: Readonly<Record<string, () => Promise<unknown>>> = {
  'tar and dd': writtenByTarAndDd,
  us: () =>
    withDrive(async (drive) => {
      await writeLabel(drive, LABEL);
      await drive.writeFile([DATA], { position: 'append', recordSize: RECORD });
    }),
};

/** A label and a file, written while stenc's key was in the drive, which is gone now. */
async function oldTape(description: string | undefined, writer: () => Promise<unknown>): Promise<void> {
  await setKey(description);
  await writer();
  await stenc('-e', 'off', '-a', '1');
  await mt('rewind');
  await expect(shell(`dd if=${DEVICE} of=/dev/null bs=64k`)).rejects.toThrow(/Input\/output error/);
}

/** A keystore in which the key is neither the first nor the last. */
async function keystore(name: string): Promise<FileKeyStore> {
  const store = new FileKeyStore(join(work, 'keystore'), { passphrase: 'of the test', scryptCost: 14 });
  await store.put('older', newKey());
  await store.put(name, KEY);
  await store.put('newer', newKey());
  return store;
}

async function expectRead(drive: TapeDrive, keys: KeyStore): Promise<void> {
  expect(await readLabel(drive, { keyStore: keys })).toBe(LABEL);
  expect((await collect(drive.createReadStream({ fileNumber: 1, keyStore: keys }))).equals(DATA)).toBe(true);
}

describe.each(Object.entries(WRITERS))('a tape that was written by %s', (_name, writer) => {
  it('under a key without description is read with a candidate of the keystore', async () => {
    await oldTape(undefined, writer);
    const keys = await keystore('whatever we call it');
    await withDrive(async (drive) => {
      expect(await drive.encryption.nextBlock()).toMatchObject({ encryption: 'other key needed', keyId: undefined });
      await expectRead(drive, keys);
    });
  });

  it('under a key without description is read with a key that the caller gives', async () => {
    await oldTape(undefined, writer);
    await withDrive((drive) => expectRead(drive, new MemoryKeyStore([['given', KEY]])));
    await withDrive(async (drive) => {
      await drive.encryption.enable({ key: KEY, keyId: 'given' });
      await expectRead(drive, { get: async () => undefined });
    });
  });

  it('under a key without description stays closed where no key fits', async () => {
    await oldTape(undefined, writer);
    const keys = new MemoryKeyStore([['another', newKey()]]);
    await withDrive(async (drive) => {
      await expect(readLabel(drive, { keyStore: keys })).rejects.toBeInstanceOf(LabelError);
      await expect(collect(drive.createReadStream({ fileNumber: 1, keyStore: keys }))).rejects.toMatchObject({
        code: 'LTO_ENCRYPTION_KEY',
        message: expect.stringContaining('none of the 1'),
      });
    });
  });

  it('under a key with a description is read with the key of that name, and no other is tried', async () => {
    await oldTape(ID, writer);
    const keys = await keystore(ID);
    await withDrive(async (drive) => {
      expect(await drive.encryption.nextBlock()).toMatchObject({ encryption: 'other key needed', keyId: ID });
      await expectRead(drive, { get: (id) => keys.get(id) });
      const misnamed = new MemoryKeyStore([['another name', KEY]]);
      await drive.encryption.disable();
      await expect(collect(drive.createReadStream({ fileNumber: 1, keyStore: misnamed }))).rejects.toBeInstanceOf(
        EncryptionKeyError,
      );
    });
  });
});

it.each([undefined, ID])('the command reads a tape under a key with the description %s', async (description) => {
  await oldTape(description, writtenByTarAndDd);
  await keystore(ID);
  await writeFile(join(work, 'passphrase'), 'of the test', { mode: 0o600 });
  const flags = ['--keystore', join(work, 'keystore'), '--passphrase-file', join(work, 'passphrase')];
  expect(await ltoDone(['label', ...flags])).toBe(`${LABEL}\n`);
  await ltoDone(['read', '1', '--output', join(work, 'back'), ...flags]);
  await command('cmp', join(work, 'data'), join(work, 'back'));
});
