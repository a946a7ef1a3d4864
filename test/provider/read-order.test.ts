import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { cartridgeGroups, placeOf, type WantedArchive } from '../../src/provider/read-order/read-archives.js';
import { testData } from '../conformance/conformance.js';
import { ID, MIB, newLabelledBench, source } from './support.js';

const PART = { location: 4, bytes: 1000, records: 10, recordSize: 100, firstLogicalObject: 20, checksum: undefined };

/** Where bytes of an archive of one part are. */
function placed(start?: number, end?: number) {
  return placeOf({ cartridge: 'A', location: 4, parts: [{ ...PART, cartridge: 'A' }], start, end });
}

describe('the place of an archive', () => {
  it('is its file alone without parts', () => {
    expect(placeOf({ cartridge: 'A', location: 3 })).toEqual({ fileNumber: 3 });
    expect(placeOf({ cartridge: 'A', location: 3, parts: [] })).toEqual({ fileNumber: 3 });
    expect(placeOf(undefined)).toEqual({});
  });

  it.each([
    [undefined, undefined, 20, 10],
    [0, 99, 20, 1],
    [0, 100, 20, 2],
    [99, 99, 20, 1],
    [100, 100, 21, 1],
    [250, undefined, 22, 8],
    [999, undefined, 29, 1],
  ])('is the records with the bytes %s to %s', (start, end, firstLogicalObject, records) => {
    expect(placed(start, end)).toEqual({ fileNumber: 4, firstLogicalObject, records });
  });

  it('is on the first cartridge that has some of the bytes', () => {
    const parts = [
      { ...PART, cartridge: 'A' },
      { ...PART, cartridge: 'B', location: 1, firstLogicalObject: 50 },
    ];
    const place = placeOf({ cartridge: 'A', location: 4, parts, start: 1100, end: 1350 });
    expect(place).toEqual({ fileNumber: 1, firstLogicalObject: 51, records: 3 });
  });

  it('has no logical object where the receipt has none', () => {
    const parts = [{ ...PART, cartridge: 'A', firstLogicalObject: undefined }];
    expect(placeOf({ cartridge: 'A', location: 4, parts })).toEqual({ fileNumber: 4, records: 10 });
  });
});

/** An archive on these cartridges, 1000 bytes on each. */
function on(...cartridges: readonly string[]): WantedArchive {
  const parts = cartridges.map((cartridge) => ({ ...PART, cartridge }));
  return { cartridge: cartridges[0] ?? '', location: 4, parts };
}

const grouped = (...archives: readonly WantedArchive[]) =>
  cartridgeGroups(archives).map(({ cartridge, indices }) => [cartridge, ...indices]);

describe('the order of cartridges', () => {
  it('is that in which they are named first, with all their archives', () => {
    expect(grouped(on('B'), on('A'), on('B'), { cartridge: 'A', location: 9 })).toEqual([
      ['B', 0, 2],
      ['A', 1, 3],
    ]);
    expect(grouped()).toEqual([]);
  });

  it('has archives over several cartridges last, each where the one before ended', () => {
    expect(grouped(on('C', 'D'), on('A', 'B', 'C'), on('A'))).toEqual([
      ['A', 2],
      ['A', 1],
      ['C', 0],
    ]);
    expect(grouped(on('C', 'D'), on('X', 'Y'))).toEqual([
      ['C', 0],
      ['X', 1],
    ]);
  });

  it('has an archive of which one cartridge is needed among those of that cartridge', () => {
    expect(grouped({ ...on('A', 'B'), start: 1500 }, on('B'), { ...on('A', 'B'), end: 999 })).toEqual([
      ['B', 0, 1],
      ['A', 2],
    ]);
  });
});

it('archives are read by one pass over the tape, whole or in part, and the handler is told which is which', async () => {
  const { provider } = await newLabelledBench();
  await provider.prepareForWrite(ID);
  const receipts = [
    await provider.writeArchive(ID, source(MIB, 1)),
    await provider.writeArchive(ID, source(2 * MIB, 2)),
    await provider.writeArchive(ID, source(MIB, 3)),
  ] as const;
  const wanted: readonly WantedArchive[] = [
    { cartridge: ID, location: receipts[2].location },
    { cartridge: ID, location: receipts[0].location, start: 10, end: 19 },
    { cartridge: ID, location: receipts[1].location },
  ];
  const read: Record<number, Buffer> = {};
  const report = await provider.readArchives(wanted, async (stream, archive, index) => {
    expect(archive).toBe(wanted[index]);
    read[index] = await buffer(stream);
  });
  expect(report).toEqual({ order: [1, 2, 0], cartridges: [ID] });
  expect(read[0]?.equals(testData(MIB, 3))).toBe(true);
  expect(read[1]).toEqual(Buffer.from(testData(MIB, 1)).subarray(10, 20));
  expect(read[2]?.equals(testData(2 * MIB, 2))).toBe(true);
});

it('an error of the handler ends the reading, and the tape is free', async () => {
  const { provider } = await newLabelledBench();
  await provider.prepareForWrite(ID);
  const { location } = await provider.writeArchive(ID, source(2 * MIB));
  const wanted = { cartridge: ID, location };
  const seen: number[] = [];
  const failing = provider.readArchives([wanted, wanted], (_, __, index) => {
    seen.push(index);
    throw new Error('enough');
  });
  await expect(failing).rejects.toThrow('enough');
  expect(seen).toHaveLength(1);
  expect(await provider.verifyArchive(ID, location)).toBeDefined();
});
