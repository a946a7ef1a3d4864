import { expect, it } from 'vitest';
import { partRanges } from '../../src/provider/archive/part-ranges.js';

const PART = { location: 1, records: 1, recordSize: 512, checksum: 'crc32:00000000' };
const PARTS = [
  { ...PART, cartridge: 'A', bytes: 100, firstLogicalObject: 2 },
  { ...PART, cartridge: 'B', bytes: 50, firstLogicalObject: 7 },
  { ...PART, cartridge: 'C', bytes: 10, firstLogicalObject: 9 },
];
const WHOLE = { expectedChecksum: 'crc32:00000000' };

/** What is read of which cartridge: its first and last byte, or all with its checksum. */
function rangesOf(start?: number, end?: number): unknown[] {
  return partRanges(PARTS, { start, end }).map(({ part, options }) => {
    if (options.expectedChecksum !== undefined) return [part.cartridge, 'whole', options];
    expect(options).toMatchObject({ recordSize: 512, firstLogicalObject: part.firstLogicalObject });
    return [part.cartridge, options.start, options.end];
  });
}

it('without a range, all parts are read whole', () => {
  expect(rangesOf()).toEqual(['A', 'B', 'C'].map((cartridge) => [cartridge, 'whole', WHOLE]));
});

it.each<readonly [number | undefined, number | undefined, unknown[]]>([
  [0, 0, [['A', 0, 0]]],
  [99, 99, [['A', 99, undefined]]],
  [100, 100, [['B', 0, 0]]],
  [
    99,
    100,
    [
      ['A', 99, undefined],
      ['B', 0, 0],
    ],
  ],
  [undefined, 98, [['A', 0, 98]]],
  [
    5,
    150,
    [
      ['A', 5, undefined],
      ['B', 'whole', WHOLE],
      ['C', 0, 0],
    ],
  ],
  [159, undefined, [['C', 9, undefined]]],
  // The end of the archive: nothing is read.
  [160, undefined, [['C', 10, undefined]]],
])('bytes %s to %s', (start, end, expected) => {
  expect(rangesOf(start, end)).toEqual(expected);
});

it('a range that begins after the archive is refused, with the size of the archive', () => {
  expect(() => rangesOf(161)).toThrow('the archive has 160 bytes and ends before byte 161');
  expect(() => rangesOf(-1)).toThrow(/^read: start cannot be -1/);
});
