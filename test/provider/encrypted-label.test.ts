import { describe, expect, it } from 'vitest';
import { EncryptionError, EncryptionKeyError, LabelError } from '../../src/errors/index.js';
import { EnvironmentKeyStore } from '../../src/keys/environment-key-store.js';
import { KeyStoreChain } from '../../src/keys/key-store-chain.js';
import { MemoryKeyStore } from '../../src/keys/memory-key-store.js';
import { readLabel, writeLabel } from '../../src/provider/label/label.js';
import {
  DECRYPTION_MODE,
  ENCRYPTION_MODE,
  ENCRYPTION_SCOPE,
  KAD_TYPE,
  SECURITY_IN_PAGE,
  setDataEncryption,
} from '../../src/scsi/security/index.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { collect, testData } from '../conformance/conformance.js';
import { testKey } from '../keys/support.js';
import { send } from '../virtual/support.js';
import { ID, newBench } from './support.js';

const KEY = testKey(7);
const KEYS = new MemoryKeyStore([
  ['first', testKey(1)],
  ['same as the first', testKey(1)],
  ['right', KEY],
  ['behind', testKey(9)],
]);
const DATA = testData(64 * 1024);

/** A tape as the shell-out provider has left it: label and data encrypted, with a name beside them or without. */
async function oldTape(keyId: string | undefined, keyStore = KEYS) {
  const bench = await newBench({}, {}, { keyStore });
  // By another program: this library encrypts with no key that has no name.
  const off = { scope: ENCRYPTION_SCOPE.local, algorithmIndex: 1 };
  const kads =
    keyId === undefined ? [] : [{ type: KAD_TYPE.unauthenticated, authenticated: 0, data: Buffer.from(keyId) }];
  const { encrypt } = ENCRYPTION_MODE;
  const on = { ...off, encryptionMode: encrypt, decryptionMode: DECRYPTION_MODE.mixed, key: KEY.export(), kads };
  await send(bench.virtual, setDataEncryption(on));
  await writeLabel(bench.tape, ID);
  await bench.tape.writeFile([DATA]);
  await send(bench.virtual, setDataEncryption(off));
  return bench;
}

describe('a label that was encrypted', () => {
  it('is read with the key that its block names', async () => {
    const { tape, provider } = await oldTape('right');
    expect(await readLabel(tape, { keyStore: KEYS })).toBe(ID);
    expect(await provider.identifyMedia({ allowIntrusive: true })).toMatchObject({ identity: ID, label: ID });
    await provider.prepareForWrite(ID);
    expect((await collect(await provider.readArchive(ID, 1))).equals(DATA)).toBe(true);
  });

  it('is read with the key that fits where it names none, each tried once', async () => {
    const { tape, provider, virtual } = await oldTape(undefined);
    let set = 0;
    const execute = virtual.execute.bind(virtual);
    virtual.execute = (cdb, data) => {
      if (cdb[0] === 0xb5) set += 1;
      return execute(cdb, data);
    };
    expect(await readLabel(tape, { keyStore: KEYS })).toBe(ID);
    expect(set).toBe(2);
    await provider.prepareForWrite(ID);
    expect((await collect(await provider.readArchive(ID, 1))).equals(DATA)).toBe(true);
  });

  it('is read with a key that the caller gives', async () => {
    const { tape } = await oldTape(undefined);
    expect(await readLabel(tape, { keyStore: new MemoryKeyStore([['mine', KEY]]) })).toBe(ID);
  });

  it('stays closed where none fits, and where the store has no candidates', async () => {
    const { tape } = await oldTape(undefined);
    const keys = new MemoryKeyStore([['other', testKey(3)]]);
    await expect(readLabel(tape, { keyStore: keys })).rejects.toBeInstanceOf(LabelError);
    const stream = tape.createReadStream({ fileNumber: 1, keyStore: keys });
    await expect(collect(stream)).rejects.toMatchObject({
      code: 'LTO_ENCRYPTION_KEY',
      message: expect.stringContaining('none of the 1'),
    });
    const onlyNames = { get: async () => KEY };
    await expect(collect(tape.createReadStream({ fileNumber: 1, keyStore: onlyNames }))).rejects.toBeInstanceOf(
      EncryptionKeyError,
    );
  });
});

/** Has the drive not know the page that tells how the next block is encrypted; counts the keys that it is given. */
function withoutNextBlockStatus(virtual: VirtualDrive): { readonly keysSet: number } {
  const counted = { keysSet: 0 };
  const execute = virtual.execute.bind(virtual);
  virtual.execute = (cdb, data) => {
    if (cdb[0] === 0xb5) counted.keysSet += 1;
    const isAsked = cdb[0] === 0xa2 && cdb[1] === 0x20 && cdb[3] === SECURITY_IN_PAGE.nextBlockStatus;
    return execute(isAsked ? Uint8Array.from(cdb).fill(0x7f, 3, 4) : cdb, data);
  };
  return counted;
}

describe.each([['right'], [undefined]])(
  'a drive that does not tell the status of the next block (name %s)',
  (keyId) => {
    it('is given each key once, until the first record can be read', async () => {
      const { tape, provider, virtual } = await oldTape(keyId);
      const counted = withoutNextBlockStatus(virtual);
      expect(await tape.encryption.nextBlock()).toBeUndefined();
      expect((await collect(tape.createReadStream({ fileNumber: 1, keyStore: KEYS }))).equals(DATA)).toBe(true);
      expect(counted.keysSet).toBe(2);
      expect(await readLabel(tape, { keyStore: KEYS })).toBe(ID);
      await provider.prepareForWrite(ID);
      expect((await collect(await provider.readArchive(ID, 1))).equals(DATA)).toBe(true);
    });

    it('is left without a key where none fits', async () => {
      const { tape, virtual } = await oldTape(keyId);
      const counted = withoutNextBlockStatus(virtual);
      const keys = new MemoryKeyStore([
        ['other', testKey(3)],
        ['same', testKey(3)],
        ['another', testKey(4)],
      ]);
      await expect(collect(tape.createReadStream({ fileNumber: 1, keyStore: keys }))).rejects.toMatchObject({
        code: 'LTO_ENCRYPTION_KEY',
        message: expect.stringContaining('none of the 2'),
      });
      // Two, and off.
      expect(counted.keysSet).toBe(3);
      expect(await tape.encryption.status()).toMatchObject({ encryption: 'off', decryption: 'off' });
    });

    it('tells that a key is wanted where no store is given', async () => {
      const { tape, virtual } = await oldTape(keyId);
      withoutNextBlockStatus(virtual);
      await expect(collect(tape.createReadStream({ fileNumber: 1 }))).rejects.toBeInstanceOf(EncryptionKeyError);
    });
  },
);

describe('a key that does not fit', () => {
  it.each([['right'], [undefined]])('is not left in the drive (name %s)', async (keyId) => {
    const { tape } = await oldTape(keyId);
    const keys = new MemoryKeyStore([['right', testKey(3)]]);
    await expect(collect(tape.createReadStream({ fileNumber: 1, keyStore: keys }))).rejects.toBeInstanceOf(
      EncryptionKeyError,
    );
    expect(await tape.encryption.status()).toMatchObject({ encryption: 'off', decryption: 'off' });
  });

  it('does not end that encryption was asked for', async () => {
    const { tape } = await oldTape('right');
    await tape.encryption.enable({ key: testKey(5), keyId: 'mine' });
    const keys = new MemoryKeyStore([['right', testKey(3)]]);
    await expect(collect(tape.createReadStream({ fileNumber: 1, keyStore: keys }))).rejects.toBeInstanceOf(
      EncryptionKeyError,
    );
    await expect(tape.writeFile([DATA])).rejects.toBeInstanceOf(EncryptionError);
  });
});

it('encryption that was asked for is still asked for when a file was read and the cartridge unloaded', async () => {
  const { tape } = await oldTape('right');
  await tape.encryption.enable({ key: testKey(5), keyId: 'mine' });
  await collect(tape.createReadStream({ fileNumber: 1, keyStore: KEYS }));
  await tape.unload();
  await tape.load();
  expect(tape.encryption.asked).toBe(true);
  await expect(tape.writeFile([DATA])).rejects.toBeInstanceOf(EncryptionError);
});

it('a chain of stores gives the candidates of all that have some', async () => {
  const hex = KEY.export().toString('hex');
  const chain = new KeyStoreChain(
    { get: async () => undefined },
    new EnvironmentKeyStore({ LTO_KEY_e: hex, HOME: '/' }),
    KEYS,
  );
  expect((await chain.candidates()).map(({ id }) => id)).toEqual([
    'e',
    'first',
    'same as the first',
    'right',
    'behind',
  ]);
});
