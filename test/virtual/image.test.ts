import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { locate16, read6, rewind, space6, testUnitReady, write6, writeFilemarks6 } from '../../src/scsi/index.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { newDrive, newDriveFolder, openDrive, outcome, pattern, send, where } from './support.js';
import { parseTap } from './tap-parser.js';

const NAME = 'T00001L8';

function imageOf(folder: string): string {
  return join(folder, 'cartridges', NAME, 'partition-0.tap');
}

function record(data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  return Buffer.concat([length, data, Buffer.alloc(data.length % 2), length]);
}

const FILEMARK = Buffer.alloc(4);

/** A drive with this image in its cartridge, which has told of its power on. */
async function driveWith(image: Buffer): Promise<VirtualDrive> {
  const folder = await newDriveFolder({ cartridge: { barcode: NAME } });
  await writeFile(imageOf(folder), image);
  const drive = await openDrive(folder);
  await send(drive, testUnitReady());
  return drive;
}

async function endOfData(drive: VirtualDrive): Promise<string> {
  return outcome(send(drive, space6({ code: 'endOfData', count: 0 })));
}

describe('the image', () => {
  it('is one that others can read', async () => {
    const drive = await newDrive({ cartridge: { barcode: NAME } });
    const records = [pattern(1, 1), pattern(4096, 2), pattern(262_143, 3)];
    for (const data of records) await send(drive, write6({ data }));
    await send(drive, writeFilemarks6({ count: 2 }));
    await send(drive, write6({ data: pattern(7, 4) }));
    await drive.close();
    const objects = parseTap(await readFile(imageOf(drive.folder)));
    expect(objects.map((object) => (object === 'filemark' ? object : object.length))).toEqual([
      1,
      4096,
      262_143,
      'filemark',
      'filemark',
      7,
    ]);
    expect(objects[2]).toEqual(Buffer.from(records[2] ?? []));
  });

  it('made elsewhere is read, gaps and end-of-medium word included', async () => {
    const gap = Buffer.from([0xfe, 0xff, 0xff, 0xff]);
    const end = Buffer.from([0xff, 0xff, 0xff, 0xff]);
    const image = Buffer.concat([record(pattern(3, 1)), gap, record(pattern(3, 2)), FILEMARK, end, pattern(99, 9)]);
    const drive = await driveWith(image);
    for (const seed of [1, 2]) {
      expect(Buffer.from((await send(drive, read6({ length: 3 }))).dataIn)).toEqual(Buffer.from(pattern(3, seed)));
    }
    expect(await outcome(send(drive, read6({ length: 3 })))).toBe('0/00/01 FM residual 3');
    expect(await outcome(send(drive, read6({ length: 3 })))).toBe('8/00/05 residual 3');
    await send(drive, write6({ data: pattern(5, 5) }));
    await drive.close();
    const written = await readFile(imageOf(drive.folder));
    expect(written).toEqual(Buffer.concat([image.subarray(0, -103), record(pattern(5, 5))]));
  });

  it('is written over after a gap, which goes as well', async () => {
    const gap = Buffer.from([0xfe, 0xff, 0xff, 0xff]);
    const drive = await driveWith(Buffer.concat([record(pattern(3, 1)), gap, record(pattern(3, 2))]));
    await send(drive, locate16({ destination: 'logicalObject', identifier: 1 }));
    await send(drive, write6({ data: pattern(3, 7) }));
    await send(drive, space6({ code: 'objects', count: -1 }));
    expect(Buffer.from((await send(drive, read6({ length: 3 }))).dataIn)).toEqual(Buffer.from(pattern(3, 7)));
    await drive.close();
    const written = await readFile(imageOf(drive.folder));
    expect(written).toEqual(Buffer.concat([record(pattern(3, 1)), record(pattern(3, 7))]));
  });

  it('of many large records is indexed in full, whatever interrupts their row', async () => {
    const large = (seed: number) => record(pattern(40_000, seed));
    const rows = [0, 1, 63, 64, 65, 66, 130, 200].map((length) => {
      return Buffer.concat([...Array.from({ length }, (_, seed) => large(seed)), record(pattern(9, length)), FILEMARK]);
    });
    const drive = await driveWith(Buffer.concat(rows));
    let object = 0;
    for (const length of [0, 1, 63, 64, 65, 66, 130, 200]) {
      object += length;
      await send(drive, locate16({ destination: 'logicalObject', identifier: object }));
      const { dataIn } = await send(drive, read6({ length: 9 }));
      expect(Buffer.from(dataIn)).toEqual(Buffer.from(pattern(9, length)));
      object += 2;
    }
    expect(await endOfData(drive)).toBe('good');
    expect(await where(drive)).toEqual([Number(object), rows.length]);
  });

  it('loses a record whose writing was cut off, wherever it was', async () => {
    const whole = Buffer.concat([record(pattern(1000, 1)), FILEMARK, record(pattern(500, 2))]);
    const torn = record(pattern(70_001, 3));
    for (const kept of [1, 3, 4, 5, 1000, 70_000, torn.length - 4, torn.length - 1]) {
      const drive = await driveWith(Buffer.concat([whole, torn.subarray(0, kept)]));
      expect(await endOfData(drive)).toBe('good');
      expect(await where(drive)).toEqual([3, 1]);
      await drive.close();
      expect(await readFile(imageOf(drive.folder))).toEqual(whole);
    }
  });

  it('loses a record of zeros whose writing was cut off, and does not take it for filemarks', async () => {
    const whole = record(pattern(1000, 1));
    const drive = await driveWith(Buffer.concat([whole, record(Buffer.alloc(5000)).subarray(0, 3000)]));
    expect(await endOfData(drive)).toBe('good');
    expect(await where(drive)).toEqual([1, 0]);
  });
});

describe('a damaged image', () => {
  const records = [pattern(1000, 1), pattern(2000, 2), pattern(3000, 3)].map(record);
  const whole = Buffer.concat([...records, FILEMARK]);
  const second = 1008;

  it('is read up to a damaged header, and nothing of it is cut', async () => {
    for (const header of [2500, 0x00ff_ffff, 0x7000_0000, 100_000]) {
      const image = Buffer.from(whole);
      image.writeUInt32LE(header, second);
      const drive = await driveWith(image);
      expect(await outcome(send(drive, read6({ length: 1000 })))).toBe('good');
      expect(await outcome(send(drive, read6({ length: 2000 })))).toBe('3/11/00 residual 2000');
      expect(await where(drive)).toEqual([1, 0]);
      expect(await endOfData(drive)).toBe('3/14/03');
      expect(await outcome(send(drive, space6({ code: 'filemarks', count: 1 })))).toBe('3/11/00 residual 1');
      await drive.close();
      expect(await readFile(imageOf(drive.folder))).toEqual(image);
    }
  });

  it('is read up to the record that was damaged in a row of large ones', async () => {
    for (const damaged of [20, 21]) {
      const row = Buffer.concat(Array.from({ length: 40 }, (_, seed) => record(pattern(40_000, seed))));
      row.writeUInt32LE(1, damaged * 40_008 + (damaged === 20 ? 40_004 : 0));
      const drive = await driveWith(row);
      await send(drive, locate16({ destination: 'logicalObject', identifier: damaged }));
      expect(await outcome(send(drive, read6({ length: 40_000 })))).toBe('3/11/00 residual 40000');
      await send(drive, locate16({ destination: 'logicalObject', identifier: damaged - 1 }));
      expect(await outcome(send(drive, read6({ length: 40_000 })))).toBe('good');
    }
  });

  it('is kept when the last header is damaged', async () => {
    const image = Buffer.concat(records);
    image.writeUInt32LE(5000, image.length - 3008);
    const drive = await driveWith(image);
    expect(await endOfData(drive)).toBe('3/14/03');
    expect(await where(drive)).toEqual([2, 0]);
    await drive.close();
    expect(await readFile(imageOf(drive.folder))).toEqual(image);
  });

  it('goes on after a record of which only the trailer is damaged', async () => {
    const image = Buffer.from(whole);
    image.writeUInt32LE(77, second + 2004);
    const drive = await driveWith(image);
    await send(drive, read6({ length: 1000 }));
    expect(await outcome(send(drive, read6({ length: 2000 })))).toBe('3/11/00 residual 2000');
    expect(await outcome(send(drive, read6({ length: 3000 })))).toBe('good');
    expect(await endOfData(drive)).toBe('good');
    expect(await where(drive)).toEqual([4, 1]);
  });

  it('can be written over before the damage', async () => {
    const image = Buffer.from(whole);
    image.writeUInt32LE(0x7000_0000, second);
    const drive = await driveWith(image);
    await send(drive, locate16({ destination: 'logicalObject', identifier: 1 }));
    expect(await outcome(send(drive, write6({ data: pattern(9, 9) })))).toBe('good');
    expect(await endOfData(drive)).toBe('good');
    await send(drive, rewind());
    await drive.close();
    expect(await readFile(imageOf(drive.folder))).toEqual(
      Buffer.concat([records[0] ?? FILEMARK, record(pattern(9, 9))]),
    );
  });
});
