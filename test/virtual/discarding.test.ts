import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locate10, read6, rewind, space6, testUnitReady, write6, writeFilemarks6 } from '../../src/scsi/index.js';
import { ObjectIndex } from '../../src/virtual/cartridge/object-index.js';
import { FILEMARK } from '../../src/virtual/cartridge/tap-format.js';
import { RUNS } from '../support/property.js';
import { newDrive, newDriveFolder, openDrive, outcome, pattern, send, where } from './support.js';

const DISCARDING = { cartridge: { barcode: 'NUL001L8', discardsData: true } };

describe('a cartridge that discards its data', () => {
  it('keeps lengths, filemarks and positions, and reads as zeros', async () => {
    const folder = await newDriveFolder(DISCARDING);
    const drive = await openDrive(folder);
    await send(drive, testUnitReady());
    for (const length of [1000, 1000, 333]) await send(drive, write6({ data: pattern(length, 7) }));
    await send(drive, writeFilemarks6({ count: 2 }));
    await send(drive, write6({ data: pattern(5, 1) }));
    await drive.close();

    const again = await openDrive(folder);
    expect(await where(again)).toEqual([6, 2]);
    await send(again, rewind());
    const { dataIn } = await send(again, read6({ length: 1000 }));
    expect(Buffer.from(dataIn)).toEqual(Buffer.alloc(1000));
    await send(again, locate10({ logicalObject: 2 }));
    expect(await outcome(send(again, read6({ length: 1000 })))).toBe('0/00/00 ILI residual 667');
    expect(await outcome(send(again, read6({ length: 1000 })))).toBe('0/00/01 FM residual 1000');
    await send(again, space6({ code: 'endOfData', count: 0 }));
    expect(await where(again)).toEqual([6, 2]);
    expect(await outcome(send(again, read6({ length: 10 })))).toBe('8/00/05 residual 10');
  });

  it('takes no more room for more records', async () => {
    const folder = await newDriveFolder(DISCARDING);
    const drive = await openDrive(folder);
    await send(drive, testUnitReady());
    const record = write6({ data: new Uint8Array(262_144) });
    for (let written = 0; written < 2000; written += 1) await send(drive, record);
    await send(drive, writeFilemarks6({ count: 1 }));
    const { size } = await stat(join(folder, 'cartridges', 'NUL001L8', 'partition-0.json'));
    expect(size).toBeLessThan(300);
    expect(await where(drive)).toEqual([2001, 1]);
  });

  it('is full like any other', async () => {
    const drive = await newDrive({ cartridge: { discardsData: true, capacityBytes: 300_000 }, earlyWarningBytes: 0 });
    const record = write6({ data: new Uint8Array(100_000) });
    const outcomes = [];
    for (let written = 0; written < 4; written += 1) outcomes.push(await outcome(send(drive, record)));
    expect(outcomes).toEqual(['good', 'good', 'd/00/02 EOM residual 100000', 'd/00/02 EOM residual 100000']);
  });

  it('forgets what is overwritten', async () => {
    const drive = await newDrive(DISCARDING);
    for (const length of [10, 20, 30]) await send(drive, write6({ data: pattern(length, 1) }));
    await send(drive, locate10({ logicalObject: 1 }));
    await send(drive, write6({ data: pattern(7, 1) }));
    await send(drive, rewind());
    await send(drive, read6({ length: 10 }));
    expect((await send(drive, read6({ length: 7 }))).dataIn.length).toBe(7);
    expect(await outcome(send(drive, read6({ length: 7 })))).toBe('8/00/05 residual 7');
  });
});

it('gives the runs of an index so that they make the same index again', () => {
  const word = fc.constantFrom(FILEMARK, 512, 513, 262_144);
  fc.assert(
    fc.property(fc.array(word), fc.nat(50), (words, cut) => {
      const index = new ObjectIndex();
      for (const each of words) index.append(each, index.end);
      index.truncate(cut);
      const again = new ObjectIndex();
      for (const [each, count] of index.runs()) again.append(each, again.end, count);
      expect([again.count, again.end, again.filemarks]).toEqual([index.count, index.end, index.filemarks]);
      for (let object = 0; object < index.count; object += 1) expect(again.place(object)).toEqual(index.place(object));
    }),
    RUNS,
  );
});
