import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EncryptionKeyError } from '../../../src/errors/index.js';
import { encodeStencFile } from '../../../src/keys/stenc-file.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { collect, testData } from '../../conformance/conformance.js';
import { newKey, storeOf } from '../../support/keys.js';
import { command, shell } from '../command.js';

// stenc, dd and mt are the judges: they read what we encrypted with the key alone, and we read what they encrypted.

const DEVICE = '/dev/nst0';
const RECORD = 256 * 1024;
const ID = 'offsite 2026';
const KEY = newKey();
const DATA = testData(3 * RECORD + 1000, 7);

let work = '';

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'stenc-'));
  await writeFile(join(work, 'key'), encodeStencFile({ key: KEY, description: ID }), { mode: 0o600 });
});

afterEach(async () => {
  await stenc('-e', 'off', '-a', '1');
  await rm(work, { recursive: true, force: true });
});

/** Keys are set past the tape node, as the manual of stenc has it for Linux. */
const stenc = (...args: readonly string[]) => command('stenc', '-f', '/dev/sg0', ...args);

async function withDrive<T>(work: (drive: TapeDrive) => Promise<T>): Promise<T> {
  const drive = await TapeDrive.open(DEVICE);
  try {
    await drive.rewind();
    return await work(drive);
  } finally {
    await drive.close();
  }
}

const read = (drive: TapeDrive, fileNumber: number, keys = storeOf({ [ID]: KEY })) =>
  collect(drive.createReadStream({ fileNumber, keyStore: keys }));

describe('the judges of encryption', () => {
  it('stenc and dd read what we encrypted, and dd alone does not', async () => {
    await withDrive(async (drive) => {
      await drive.writeFile([testData(100)], { position: 'overwrite' });
      await drive.encryption.enable({ key: KEY, keyId: ID });
      await drive.writeFile([DATA]);
    });
    await command('mt', '-f', DEVICE, 'rewind');
    await command('mt', '-f', DEVICE, 'fsf', '1');
    await expect(shell(`dd if=${DEVICE} of=${work}/out bs=256k`)).rejects.toThrow(/Input\/output error/);
    await command('mt', '-f', DEVICE, 'rewind');
    await command('mt', '-f', DEVICE, 'fsf', '1');
    expect(await stenc('--detail')).toContain(ID);
    await stenc('-e', 'mixed', '-k', join(work, 'key'), '-a', '1');
    await shell(`dd if=${DEVICE} of=${work}/out bs=256k`);
    await writeFile(join(work, 'expected'), DATA);
    await command('cmp', join(work, 'out'), join(work, 'expected'));
    await stenc('-e', 'off', '-a', '1');
    await command('mt', '-f', DEVICE, 'rewind');
    expect(await shell(`dd if=${DEVICE} bs=256k status=none | wc -c`)).toBe('100\n');
  });

  it('we read what dd wrote with a key of stenc, and find it by its description', async () => {
    await writeFile(join(work, 'in'), DATA);
    await stenc('-e', 'on', '-k', join(work, 'key'), '-a', '1');
    await command('mt', '-f', DEVICE, 'rewind');
    await shell(`dd if=${work}/in of=${DEVICE} bs=256k`);
    await stenc('-e', 'off', '-a', '1');
    await withDrive(async (drive) => {
      expect(await drive.encryption.nextBlock()).toMatchObject({ encryption: 'other key needed', keyId: ID });
      await expect(read(drive, 0, storeOf({}))).rejects.toBeInstanceOf(EncryptionKeyError);
      expect((await read(drive, 0)).equals(DATA)).toBe(true);
    });
  });

  it('a wrong key reads nothing, by dd or by us, and we name the key that is wanted', async () => {
    const wrong = join(work, 'wrong');
    await writeFile(wrong, encodeStencFile({ key: newKey(), description: 'another' }), { mode: 0o600 });
    await writeFile(join(work, 'in'), DATA);
    await stenc('-e', 'on', '-k', join(work, 'key'), '-a', '1');
    await command('mt', '-f', DEVICE, 'rewind');
    await shell(`dd if=${work}/in of=${DEVICE} bs=256k`);
    await stenc('-e', 'on', '-k', wrong, '-a', '1');
    await command('mt', '-f', DEVICE, 'rewind');
    await expect(shell(`dd if=${DEVICE} of=${work}/out bs=256k`)).rejects.toThrow(/Input\/output error/);
    await withDrive(async (drive) => {
      expect(await drive.encryption.status()).toMatchObject({ decryption: 'decrypt', keyId: 'another' });
      await expect(collect(drive.createReadStream({ fileNumber: 0 }))).rejects.toMatchObject({
        code: 'LTO_ENCRYPTION_KEY',
        keyId: ID,
      });
    });
    await stenc('-e', 'on', '-k', join(work, 'key'), '-a', '1');
    await command('mt', '-f', DEVICE, 'rewind');
    await shell(`dd if=${DEVICE} bs=256k status=none | cmp - ${work}/in`);
  });

  it('each sees the key that the other has set', async () => {
    await withDrive(async (drive) => {
      await drive.encryption.enable({ key: KEY, keyId: ID, keep: true });
    });
    const said = await stenc('--detail');
    expect(said).toMatch(/Drive Encryption: +mixed/);
    expect(said).toContain(ID);
    await stenc('-e', 'on', '-k', join(work, 'key'), '-a', '1');
    await withDrive(async (drive) => {
      expect(await drive.encryption.status()).toMatchObject({
        encryption: 'encrypt',
        decryption: 'decrypt',
        keyId: ID,
      });
      expect(await drive.encryption.disable()).toMatchObject({ encryption: 'off' });
    });
    expect(await stenc()).toMatch(/Drive Encryption: +off/);
  });
});
