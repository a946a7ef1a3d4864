import { describe, expect, it } from 'vitest';
import {
  DECRYPTION_MODE,
  decodeAttributeValues,
  decodeEncryptionCapabilities,
  decodeLogPage,
  decodeLogValues,
  decodeManagementCapabilities,
  decodeSecurityPageList,
  ENCRYPTION_MODE,
  ENCRYPTION_SCOPE,
  KAD_TYPE,
  locate10,
  logSense,
  mamValues,
  readAttribute,
  securityProtocolIn,
  VOLUME_STATISTICS,
  write6,
  writeFilemarks6,
} from '../../../src/scsi/index.js';
import { newDrive, pattern, send } from '../support.js';
import { KEY, kad, keyed, mixedTape, nextBlock, OFF, status } from './support.js';

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
      logicalObject: 0,
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
    expect(await places()).toEqual([1, 'none', [{ partition: 0, count: 1 }], none]);
    await send(drive, OFF);
    await send(drive, write6({ data: pattern(100, 1) }));
    expect(await places()).toEqual([1, 3, [{ partition: 0, count: 1 }], [{ partition: 0, count: 3 }]]);
  });
});
