import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  decodeEncryptionCapabilities,
  ENCRYPTION_SCOPE,
  KAD_TYPE,
  loadUnload,
  read6,
  SECURITY_IN_PAGE,
  type SetDataEncryption,
  securityProtocolIn,
  setDataEncryption,
  testUnitReady,
  write6,
  writeFilemarks6,
} from '../../../src/scsi/index.js';
import { newDrive, newDriveFolder, openDrive, outcome, pattern, send } from '../support.js';
import { from, imageOf, KEY, kad, keyed, OTHER_KEY, status } from './support.js';

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
