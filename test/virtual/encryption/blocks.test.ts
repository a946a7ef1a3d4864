import { createCipheriv } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asciiPad,
  DECRYPTION_MODE,
  locate10,
  rewind,
  setDataEncryption,
  testUnitReady,
  write6,
} from '../../../src/scsi/index.js';
import { seal, unseal } from '../../../src/virtual/cartridge/block-envelope.js';
import { RUNS } from '../../support/property.js';
import { newDrive, newDriveFolder, openDrive, outcome, pattern, send } from '../support.js';
import { imageOf, KEY, keyed, mixedTape, nextBlock, OFF, OTHER_KEY, read } from './support.js';

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
    expect((await nextBlock(drive)).logicalObject).toBe(0);
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
