import { createCipheriv, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asciiPad,
  DECRYPTION_MODE,
  decodeAttributeValues,
  decodeDataEncryptionStatus,
  decodeEncryptionCapabilities,
  decodeLogPage,
  decodeLogValues,
  decodeManagementCapabilities,
  decodeNextBlockStatus,
  decodeSecurityPageList,
  ENCRYPTION_MODE,
  ENCRYPTION_SCOPE,
  KAD_TYPE,
  loadUnload,
  locate10,
  logSense,
  mamValues,
  read6,
  readAttribute,
  rewind,
  type ScsiCommand,
  SECURITY_IN_PAGE,
  type SetDataEncryption,
  securityProtocolIn,
  setDataEncryption,
  testUnitReady,
  VOLUME_STATISTICS,
  write6,
  writeFilemarks6,
} from '../../src/scsi/index.js';
import { seal, unseal } from '../../src/virtual/block-envelope.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { RUNS } from '../support/property.js';
import { newDrive, newDriveFolder, openDrive, outcome, pattern, send } from './support.js';
import { parseTap } from './tap-parser.js';

const KEY = randomBytes(32);
const OTHER_KEY = randomBytes(32);
const MAXIMUM = 64 * 1024;

function kad(type: number, text: string) {
  return { type, authenticated: 0, data: Uint8Array.from(Buffer.from(text)) };
}

function keyed(key: Uint8Array, more: Partial<SetDataEncryption> = {}): ScsiCommand {
  return setDataEncryption({
    scope: ENCRYPTION_SCOPE.local,
    encryptionMode: ENCRYPTION_MODE.encrypt,
    decryptionMode: DECRYPTION_MODE.mixed,
    algorithmIndex: 1,
    key,
    ...more,
  });
}

const OFF = setDataEncryption({ scope: ENCRYPTION_SCOPE.local, algorithmIndex: 1 });

function from(drive: VirtualDrive, nexus: string, { cdb, dataOut, allocationLength }: ScsiCommand) {
  return drive.execute(cdb, { dataOut, allocationLength, nexus });
}

async function read(drive: VirtualDrive): Promise<Uint8Array | string> {
  const answer = await send(drive, read6({ length: MAXIMUM }));
  return answer.dataIn.length > 0 ? Buffer.from(answer.dataIn) : outcome(answer);
}

async function status(drive: VirtualDrive, nexus = 'local') {
  const page = await from(drive, nexus, securityProtocolIn(SECURITY_IN_PAGE.dataEncryptionStatus));
  return decodeDataEncryptionStatus(page.dataIn);
}

async function nextBlock(drive: VirtualDrive) {
  return decodeNextBlockStatus((await send(drive, securityProtocolIn(SECURITY_IN_PAGE.nextBlockStatus))).dataIn);
}

/** What lies in the image, parsed by the format's description alone. */
async function imageOf({ folder, cartridge = '' }: VirtualDrive) {
  return parseTap(await readFile(join(folder, 'cartridges', cartridge, 'partition-0.tap')));
}

/** An encrypted block, a plain one, a filemark, an encrypted one under another key. */
async function mixedTape(drive: VirtualDrive): Promise<void> {
  await send(drive, keyed(KEY, { kads: [kad(KAD_TYPE.unauthenticated, 'first'), kad(KAD_TYPE.authenticated, 'A')] }));
  await send(drive, write6({ data: pattern(5000, 1) }));
  await send(drive, OFF);
  await send(drive, write6({ data: pattern(4000, 2) }));
  await send(drive, writeFilemarks6({ count: 1 }));
  await send(drive, keyed(OTHER_KEY, { kads: [kad(KAD_TYPE.unauthenticated, 'second')] }));
  await send(drive, write6({ data: pattern(3001, 3) }));
  await send(drive, writeFilemarks6({ count: 1 }));
  await send(drive, OFF);
  await send(drive, rewind());
}

describe('encrypted blocks', () => {
  it('come back with the key, and the image holds nothing of them', async () => {
    const drive = await newDrive();
    await mixedTape(drive);
    const image = await imageOf(drive);
    expect(image.map((object) => (object === 'filemark' ? object : object.length))).toEqual([
      5128,
      4000,
      'filemark',
      3129,
      'filemark',
    ]);
    expect(Buffer.from(image[0] ?? '').includes(Buffer.from(pattern(64, 1)))).toBe(false);
    await send(drive, keyed(KEY));
    expect(await read(drive)).toEqual(pattern(5000, 1));
    expect(await read(drive)).toEqual(pattern(4000, 2));
    expect(await read(drive)).toContain('0/00/01 FM');
    expect(await read(drive)).toContain('7/74/03');
    await send(drive, keyed(OTHER_KEY));
    expect(await read(drive)).toEqual(pattern(3001, 3));
  });

  it('are refused without a key and stay the next block', async () => {
    const drive = await newDrive();
    await mixedTape(drive);
    for (let i = 0; i < 2; i += 1) expect(await read(drive)).toContain('7/74/01');
    expect((await nextBlock(drive)).logicalObject).toBe(0n);
    await send(drive, keyed(OTHER_KEY));
    for (let i = 0; i < 2; i += 1) expect(await read(drive)).toContain('7/74/03');
    await send(drive, keyed(KEY));
    expect(await read(drive)).toEqual(pattern(5000, 1));
  });

  it('are wanted only: a plain block is refused in decrypt mode, a filemark is not', async () => {
    const drive = await newDrive();
    await mixedTape(drive);
    await send(drive, keyed(KEY, { encryptionMode: 0, decryptionMode: DECRYPTION_MODE.decrypt }));
    expect(await read(drive)).toEqual(pattern(5000, 1));
    expect(await read(drive)).toContain('7/74/02');
    await send(drive, locate10({ logicalObject: 2 }));
    expect(await read(drive)).toContain('0/00/01 FM');
  });

  it('are read as they are in raw mode, where that was allowed when they were written', async () => {
    const drive = await newDrive();
    await mixedTape(drive);
    await send(drive, setDataEncryption({ scope: 1, algorithmIndex: 1, decryptionMode: DECRYPTION_MODE.raw }));
    expect(await read(drive)).toContain('7/74/0a');
    expect((await nextBlock(drive)).rawDecryptionDisabled).toBe(true);
    await send(drive, keyed(KEY, { rawDecryptionModeControl: 2 }));
    await send(drive, write6({ data: pattern(700, 4) }));
    await send(drive, setDataEncryption({ scope: 1, algorithmIndex: 1, decryptionMode: DECRYPTION_MODE.raw }));
    await send(drive, rewind());
    const raw = await read(drive);
    expect(raw).toHaveLength(828);
    expect(unseal(Buffer.from(raw as Uint8Array), KEY)).toEqual(pattern(700, 4));
  });

  it('tell a changed byte from a wrong key', async () => {
    const folder = await newDriveFolder({ cartridge: { barcode: 'TEST01L8' } });
    const drive = await openDrive(folder);
    await send(drive, testUnitReady());
    await send(drive, keyed(KEY));
    await send(drive, write6({ data: pattern(5000, 1) }));
    await drive.close();
    const path = join(folder, 'cartridges', 'TEST01L8', 'partition-0.tap');
    const image = await readFile(path);
    image[4000] = (image[4000] ?? 0) ^ 1;
    await writeFile(path, image);
    const again = await openDrive(folder);
    await send(again, testUnitReady());
    await send(again, rewind());
    await send(again, keyed(OTHER_KEY));
    expect(await read(again)).toContain('7/74/03');
    await send(again, keyed(KEY));
    expect(await read(again)).toContain('7/74/04');
  });

  it('are found again when the image is opened anew, small and large ones', async () => {
    const folder = await newDriveFolder({ cartridge: { barcode: 'TEST01L8' } });
    const drive = await openDrive(folder);
    await send(drive, testUnitReady());
    const sizes = [100, 100, 40_000, 40_000, 40_000, 40_000];
    for (const [index, size] of sizes.entries()) {
      await send(drive, index % 2 === 0 ? OFF : keyed(KEY));
      // Of the same size on tape, so that the scan takes them for a run.
      await send(drive, write6({ data: pattern(index % 2 === 0 ? size + 128 : size, index) }));
    }
    await drive.close();
    const again = await openDrive(folder);
    await send(again, testUnitReady());
    await send(again, rewind());
    await send(again, keyed(KEY));
    for (const [index, size] of sizes.entries()) {
      expect(await read(again)).toEqual(pattern(index % 2 === 0 ? size + 128 : size, index));
    }
  });

  it('cannot be passed off by plain data that looks like one', async () => {
    const drive = await newDrive();
    const forged = seal(pattern(300, 1), KEY, {
      kadFormat: 0,
      unauthenticated: undefined,
      authenticated: undefined,
      rawReadable: true,
    });
    for (const block of [forged, forged.subarray(0, 128), forged.subarray(0, 60)]) {
      await send(drive, rewind());
      expect(await outcome(send(drive, write6({ data: block })))).toBe('good');
      await send(drive, rewind());
      expect((await nextBlock(drive)).encryptionStatus).toBe(3);
      expect(await read(drive)).toEqual(Buffer.from(block));
    }
  });

  it('keep their marks under any data', () => {
    const marks = fc.record({
      kadFormat: fc.nat(2),
      unauthenticated: fc.option(fc.uint8Array({ minLength: 1, maxLength: 32 }), { nil: undefined }),
      authenticated: fc.option(fc.uint8Array({ minLength: 1, maxLength: 12 }), { nil: undefined }),
      rawReadable: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), marks, (block, given) => {
        const sealed = seal(block, KEY, given);
        expect(unseal(sealed, KEY)).toEqual(Buffer.from(block));
        expect(unseal(sealed, OTHER_KEY)).toBeUndefined();
      }),
      RUNS,
    );
  });

  it('are AES-256-GCM: OpenSSL makes the same bytes', () => {
    const marks = {
      kadFormat: 2,
      unauthenticated: Buffer.from('id'),
      authenticated: Buffer.from('aa'),
      rawReadable: false,
    };
    const sealed = seal(pattern(100, 1), KEY, marks);
    const cipher = createCipheriv('aes-256-gcm', KEY, sealed.subarray(68, 80));
    cipher.setAAD(Buffer.concat([sealed.subarray(0, 20), Buffer.from(asciiPad('aa', 12, 0))]));
    expect(Buffer.concat([cipher.update(pattern(100, 1)), cipher.final()])).toEqual(sealed.subarray(128));
    expect(cipher.getAuthTag()).toEqual(sealed.subarray(80, 96));
  });
});

describe('what is told of encryption', () => {
  it('of the drive: pages, capabilities, options', async () => {
    const drive = await newDrive({ encryption: { algorithmIndex: 7, lock: false } });
    const page = async (code: number) => (await send(drive, securityProtocolIn(code))).dataIn;
    expect(decodeSecurityPageList(await page(0), 0)).toEqual([0, 1, 0x10, 0x11, 0x12, 0x20, 0x21, 0x30]);
    expect(decodeSecurityPageList(await page(1), 1)).toEqual([0x10]);
    expect(decodeEncryptionCapabilities(await page(0x10)).algorithms).toMatchObject([
      { index: 7, validForMountedVolume: true, encrypt: 2, decrypt: 2, keySize: 32, algorithm: 0x10014 },
    ]);
    expect(decodeManagementCapabilities(await page(0x12))).toMatchObject({ lock: false, clearKeyOnDemount: true });
    expect(await page(0x30)).not.toEqual(await page(0x30));
    await drive.remove();
    expect(decodeEncryptionCapabilities(await page(0x10)).algorithms).toMatchObject([{ validForMountedVolume: false }]);
  });

  it('of what is set: modes, key-associated data, a counter that goes up, and never the key', async () => {
    const drive = await newDrive();
    const before = await status(drive);
    expect(before).toMatchObject({ encryptionMode: 0, decryptionMode: 0, parametersControl: 1, kads: [] });
    await send(drive, keyed(KEY, { kadFormat: 2, kads: [kad(KAD_TYPE.unauthenticated, 'backup-1')] }));
    const after = await status(drive);
    expect(after).toMatchObject({
      nexusScope: ENCRYPTION_SCOPE.local,
      encryptionScope: ENCRYPTION_SCOPE.local,
      encryptionMode: ENCRYPTION_MODE.encrypt,
      decryptionMode: DECRYPTION_MODE.mixed,
      algorithmIndex: 1,
      kadFormat: 2,
      rawDecryptionDisabled: true,
      volumeContainsEncryptedBlocks: false,
      kads: [kad(KAD_TYPE.unauthenticated, 'backup-1')],
    });
    expect(after.keyInstance).toBeGreaterThan(before.keyInstance);
    await send(drive, write6({ data: pattern(100, 1) }));
    expect((await status(drive)).volumeContainsEncryptedBlocks).toBe(true);
  });

  it('of the next block', async () => {
    const drive = await newDrive();
    await mixedTape(drive);
    expect(await nextBlock(drive)).toMatchObject({
      logicalObject: 0n,
      encryptionStatus: 6,
      algorithmIndex: 1,
      kads: [
        { ...kad(KAD_TYPE.unauthenticated, 'first'), authenticated: 1 },
        { ...kad(KAD_TYPE.authenticated, 'A'), authenticated: 2 },
      ],
    });
    await send(drive, keyed(KEY));
    expect((await nextBlock(drive)).encryptionStatus).toBe(5);
    await send(drive, locate10({ logicalObject: 1 }));
    expect(await nextBlock(drive)).toMatchObject({ encryptionStatus: 3, kads: [] });
    await send(drive, locate10({ logicalObject: 2 }));
    expect((await nextBlock(drive)).encryptionStatus).toBe(2);
    await send(drive, locate10({ logicalObject: 3 }));
    expect((await nextBlock(drive)).encryptionStatus).toBe(6);
    await send(drive, locate10({ logicalObject: 5 }));
    expect((await nextBlock(drive)).encryptionStatus).toBe(2);
  });

  it('of the volume: cartridge memory and log page 17', async () => {
    const drive = await newDrive();
    const places = async () => {
      const { attributes } = decodeAttributeValues((await send(drive, readAttribute())).dataIn);
      const memory = mamValues(attributes);
      const page = decodeLogPage((await send(drive, logSense(0x17))).dataIn);
      const log = decodeLogValues(VOLUME_STATISTICS, page).values;
      return [
        memory.firstEncryptedObject,
        memory.firstUnencryptedObject,
        log.firstEncrypted,
        log.firstUnencryptedAfter,
      ];
    };
    const none = [{ partition: 0, mark: 'all ones' }];
    expect(await places()).toEqual(['none', 'none', none, none]);
    await send(drive, write6({ data: pattern(100, 1) }));
    expect(await places()).toEqual(['none', 'none', none, none]);
    await send(drive, keyed(KEY));
    await send(drive, write6({ data: pattern(100, 1) }));
    await send(drive, writeFilemarks6({ count: 1 }));
    expect(await places()).toEqual([1n, 'none', [{ partition: 0, count: 1 }], none]);
    await send(drive, OFF);
    await send(drive, write6({ data: pattern(100, 1) }));
    expect(await places()).toEqual([1n, 3n, [{ partition: 0, count: 1 }], [{ partition: 0, count: 3 }]]);
  });
});

describe('SET DATA ENCRYPTION', () => {
  const one = (more: Partial<SetDataEncryption>) => keyed(KEY, more);
  it.each([
    ['another algorithm', one({ algorithmIndex: 0 })],
    ['an unknown scope', one({ scope: 3 })],
    ['external mode', one({ encryptionMode: 1 })],
    ['raw mode while encrypting', one({ decryptionMode: 1 })],
    ['a wrapped key', one({ keyFormat: 2 })],
    ['a key of 16 bytes', keyed(KEY.subarray(16))],
    ['no key', keyed(new Uint8Array(0))],
    ['decryption without a key', setDataEncryption({ scope: 1, algorithmIndex: 1, decryptionMode: 2 })],
    ['a supplemental key', one({ supplementalDecryptionKey: true })],
    ['CKORL', one({ clearKeyOnReservationLoss: true })],
    ['a U-KAD of 33 bytes', one({ kads: [kad(KAD_TYPE.unauthenticated, 'x'.repeat(33))] })],
    ['an A-KAD of 13 bytes', one({ kads: [kad(KAD_TYPE.authenticated, 'x'.repeat(13))] })],
    ['a nonce', one({ kads: [kad(KAD_TYPE.nonce, '0123456789ab')] })],
    ['U-KAD behind A-KAD', one({ kads: [kad(KAD_TYPE.authenticated, 'a'), kad(KAD_TYPE.unauthenticated, 'u')] })],
  ])('refuses %s, and nothing is changed', async (_what, command) => {
    const drive = await newDrive();
    await send(drive, keyed(OTHER_KEY));
    const before = await status(drive);
    expect(await outcome(send(drive, command))).toBe('5/26/00');
    expect(await status(drive)).toEqual(before);
  });

  it('is told to those who share the parameters, and not to those who have their own', async () => {
    const drive = await newDrive();
    for (const nexus of ['a', 'b', 'c']) await from(drive, nexus, testUnitReady());
    await from(drive, 'c', keyed(OTHER_KEY));
    await from(drive, 'a', keyed(KEY, { scope: ENCRYPTION_SCOPE.allNexus }));
    expect(await outcome(from(drive, 'a', testUnitReady()))).toBe('good');
    expect(await outcome(from(drive, 'b', testUnitReady()))).toBe('6/2a/11');
    expect(await outcome(from(drive, 'c', testUnitReady()))).toBe('good');
    expect(await status(drive, 'b')).toMatchObject({ nexusScope: 0, encryptionScope: 2, encryptionMode: 2 });
    await from(drive, 'c', setDataEncryption({ scope: ENCRYPTION_SCOPE.public }));
    expect((await status(drive, 'c')).keyInstance).toBe((await status(drive, 'b')).keyInstance);
  });

  it('LOCK: a nexus that loses its parameters writes and reads nothing until it sets them again', async () => {
    const drive = await newDrive();
    for (const nexus of ['a', 'b']) await from(drive, nexus, testUnitReady());
    await from(drive, 'a', keyed(KEY, { scope: ENCRYPTION_SCOPE.allNexus, lock: true }));
    expect(await outcome(from(drive, 'a', write6({ data: pattern(10, 1) })))).toBe('good');
    expect(await outcome(from(drive, 'b', testUnitReady()))).toBe('6/2a/11');
    await from(drive, 'b', keyed(OTHER_KEY, { scope: ENCRYPTION_SCOPE.allNexus }));
    expect(await outcome(from(drive, 'a', write6({ data: pattern(10, 1) })))).toBe('6/2a/11');
    for (const command of [write6({ data: pattern(10, 1) }), read6({ length: 10 }), writeFilemarks6({ count: 1 })]) {
      expect(await outcome(from(drive, 'a', command))).toBe('7/2a/13');
    }
    await from(drive, 'a', keyed(KEY, { lock: true }));
    expect(await outcome(from(drive, 'a', write6({ data: pattern(10, 1) })))).toBe('good');
  });

  it('CKOD clears the key with the cartridge, a reset and a lost nexus clear it always', async () => {
    const drive = await newDrive();
    const modes = async () => (await status(drive)).encryptionMode;
    const reload = async () => {
      await send(drive, loadUnload({ load: false }));
      await send(drive, loadUnload({ load: true }));
      await send(drive, testUnitReady());
    };
    await send(drive, keyed(KEY));
    await reload();
    expect(await modes()).toBe(2);
    await send(drive, keyed(KEY, { clearKeyOnDemount: true }));
    await reload();
    expect(await modes()).toBe(0);
    await send(drive, keyed(KEY));
    await drive.reset();
    await send(drive, testUnitReady());
    expect(await modes()).toBe(0);
    await from(drive, 'a', testUnitReady());
    await from(drive, 'a', keyed(KEY));
    await drive.nexusLost('a');
    await from(drive, 'a', testUnitReady());
    expect((await status(drive, 'a')).encryptionMode).toBe(0);
  });

  it('is never on disk; who opens the drive again is told that the key is gone', async () => {
    const folder = await newDriveFolder();
    const drive = await openDrive(folder);
    await send(drive, testUnitReady());
    await send(drive, keyed(KEY, { kads: [kad(KAD_TYPE.unauthenticated, 'id')] }));
    await send(drive, write6({ data: pattern(5000, 1) }));
    await drive.close();
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const content = await readFile(join(entry.parentPath, entry.name));
      for (const form of [KEY, KEY.toString('hex'), KEY.toString('base64')]) expect(content.includes(form)).toBe(false);
    }
    const again = await openDrive(folder);
    expect(await outcome(send(again, testUnitReady()))).toBe('6/2a/12');
    expect(await status(again)).toMatchObject({ encryptionMode: 0 });
  });

  it('is refused where a library sets the keys, and the library is told of', async () => {
    const drive = await newDrive({ encryption: { byLibrary: true } });
    expect(await outcome(send(drive, keyed(KEY)))).toBe('5/26/00');
    const page = await send(drive, securityProtocolIn(SECURITY_IN_PAGE.capabilities));
    expect(decodeEncryptionCapabilities(page.dataIn)).toMatchObject({ externalControl: 2, configurationPrevented: 2 });
    expect(await status(drive)).toMatchObject({ parametersControl: 3, encryptionMode: 0 });
    await drive.setLibraryKey(KEY, 'library');
    expect(await outcome(send(drive, testUnitReady()))).toBe('6/2a/12');
    expect(await status(drive)).toMatchObject({ encryptionMode: 2, kads: [kad(KAD_TYPE.unauthenticated, 'library')] });
    await send(drive, write6({ data: pattern(50, 1) }));
    expect((await imageOf(drive)).map((object) => object.length)).toEqual([178]);
  });
});
