import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import {
  type BufferPosition,
  decodeExtendedPosition,
  decodeLongPosition,
  decodeShortPosition,
  encodeExtendedPosition,
  encodeLongPosition,
  encodeShortPosition,
  type LongPosition,
} from '../../src/scsi/commands/read-position.js';
import { fixtureBytes } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const u64 = fc.maxSafeNat();
const flags = { beginningOfPartition: fc.boolean(), endOfPartition: fc.boolean(), beyondEarlyWarning: fc.boolean() };

describe('long form', () => {
  it('reads what an emulated drive says at the beginning of a partition', () => {
    expect(decodeLongPosition(fixtureBytes('sg_raw -r 32 /dev/sg1 34 06 00 00 00 00 00 00 00 00'))).toEqual({
      beginningOfPartition: true,
      endOfPartition: false,
      beyondEarlyWarning: false,
      partition: 0,
      logicalObject: 0,
      logicalFile: 0,
    });
  });

  it('leaves out what the drive marks as unknown', () => {
    const hex = '00000000 00000001 0000000000000007 0000000000000002 0000000000000000';
    expect(decodeLongPosition(bytesOf(`04${hex.slice(2)}`))).not.toHaveProperty('logicalObject');
    expect(decodeLongPosition(bytesOf(`04${hex.slice(2)}`))).toMatchObject({ logicalFile: 2 });
    expect(decodeLongPosition(bytesOf(`08${hex.slice(2)}`))).not.toHaveProperty('logicalFile');
    expect(decodeLongPosition(bytesOf(`08${hex.slice(2)}`))).toMatchObject({ partition: 1, logicalObject: 7 });
    expect(decodeLongPosition(bytesOf(`41${hex.slice(2)}`))).toMatchObject({
      endOfPartition: true,
      beyondEarlyWarning: true,
    });
  });

  it('decodes what it encodes', () => {
    const positions: fc.Arbitrary<LongPosition> = fc.oneof(
      fc.record({ ...flags, partition: fc.nat(255), logicalObject: u64, logicalFile: u64 }),
      fc.record({ ...flags, partition: fc.nat(255), logicalObject: u64 }),
      fc.record(flags),
    );
    fc.assert(
      fc.property(positions, (position) => {
        expect(decodeLongPosition(encodeLongPosition(position))).toEqual(position);
      }),
      RUNS,
    );
  });

  it('refuses an answer that is cut off', () => {
    decodesOrRefuses(decodeLongPosition, new Uint8Array(32));
    expect(() => decodeLongPosition(new Uint8Array(20))).toThrow('READ POSITION, long form');
  });
});

describe('short and extended form', () => {
  it('read what an emulated drive says, with the byte count unknown', () => {
    expect(decodeShortPosition(fixtureBytes('sg_raw -r 20 /dev/sg1 34 00 00 00 00 00 00 00 00 00'))).toEqual({
      beginningOfPartition: true,
      endOfPartition: false,
      beyondEarlyWarning: false,
      overflow: false,
      partition: 0,
      firstObject: 0,
      lastObject: 0,
      objectsInBuffer: 0,
    });
  });

  it('read every field from its place', () => {
    expect(decodeShortPosition(bytesOf('41 02 0000 00000107 00000105 00 000002 00080000'))).toEqual({
      beginningOfPartition: false,
      endOfPartition: true,
      beyondEarlyWarning: true,
      overflow: false,
      partition: 2,
      firstObject: 0x107,
      lastObject: 0x105,
      objectsInBuffer: 2,
      bytesInBuffer: 0x80000,
    });
    const extended = '00 01 001c 00 000003 0000000100000000 00000000ffffffff 0000000000000300';
    expect(decodeExtendedPosition(bytesOf(extended))).toMatchObject({
      partition: 1,
      objectsInBuffer: 3,
      firstObject: 2 ** 32,
      lastObject: 0xffffffff,
      bytesInBuffer: 0x300,
    });
  });

  it('leave out positions that are unknown or do not fit', () => {
    for (const first of ['04', '02']) {
      const position = decodeShortPosition(bytesOf(`${first} 00 0000 00000107 00000105 00 000002 00080000`));
      expect(position).not.toHaveProperty('firstObject');
      expect(position.overflow).toBe(first === '02');
    }
  });

  const positions = (objects: fc.Arbitrary<number>): fc.Arbitrary<BufferPosition> => {
    const all = { ...flags, overflow: fc.constant(false), partition: fc.nat(255) };
    const places = { firstObject: objects, lastObject: objects };
    return fc.oneof(
      fc.record({ ...all, ...places, objectsInBuffer: fc.nat(0xffffff), bytesInBuffer: objects }),
      fc.record({ ...all, ...places }),
      fc.record({ ...flags, overflow: fc.boolean(), bytesInBuffer: objects }),
    );
  };

  it('decode what they encode', () => {
    fc.assert(
      fc.property(positions(fc.nat(0xffffffff)), (position) => {
        expect(decodeShortPosition(encodeShortPosition(position))).toEqual(position);
      }),
      RUNS,
    );
    fc.assert(
      fc.property(positions(u64), (position) => {
        expect(decodeExtendedPosition(encodeExtendedPosition(position))).toEqual(position);
      }),
      RUNS,
    );
  });

  it('refuse a position that does not fit, and an answer that is cut off', () => {
    const position = { beginningOfPartition: false, endOfPartition: false, beyondEarlyWarning: false, overflow: false };
    const far = { ...position, partition: 0, firstObject: 2 ** 32, lastObject: 0 };
    expect(() => encodeShortPosition(far)).toThrow(InvalidArgumentError);
    decodesOrRefuses(decodeShortPosition, new Uint8Array(20));
    decodesOrRefuses(decodeExtendedPosition, new Uint8Array(32));
    expect(() => decodeShortPosition(new Uint8Array(19))).toThrow('READ POSITION, short form');
  });
});
