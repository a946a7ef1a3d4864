import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedResponseError } from '../../src/errors/index.js';
import {
  commandName,
  decodeAccessOrder,
  decodeAccessOrderLimits,
  decodeWrapEnds,
  encodeAccessOrder,
  encodeAccessOrderLimits,
  encodeWrapEnds,
  generateAccessOrder,
  readEndOfWrapPosition,
  receiveAccessOrder,
  receiveAccessOrderLimits,
  toHex,
} from '../../src/scsi/index.js';

const object = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const segment = fc.record({
  name: fc.uint8Array({ minLength: 10, maxLength: 10 }).map(toHex),
  partition: fc.integer({ min: 0, max: 255 }),
  firstObject: object,
  lastObject: object,
});
const wrapEnd = fc.record({
  wrap: fc.integer({ min: 0, max: 0xffff }),
  partition: fc.integer({ min: 0, max: 0xffff }),
  logicalObject: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
});

describe('recommended access order', () => {
  it('has the CDBs of the standard', () => {
    const one = { name: '00000000000000000005', partition: 1, firstObject: 0x1_0000_0002, lastObject: 0x1_0000_0009 };
    const generate = generateAccessOrder([one]);
    expect(toHex(generate.cdb)).toBe('a41d02000000000000280000');
    expect(toHex(generate.dataOut)).toBe(
      `0000000000000020${'001e000000'}${one.name}01${'0000000100000002'}${'0000000100000009'}`,
    );
    expect(commandName(generate.cdb)).toBe('GENERATE RECOMMENDED ACCESS ORDER');
    expect(toHex(generateAccessOrder([]).cdb)).toBe('a41d02000000000000000000');
    expect(toHex(receiveAccessOrder(2).cdb)).toBe('a31d00000000000000700000');
    expect(toHex(receiveAccessOrderLimits().cdb)).toBe('a39d00000000000000040000');
    expect(commandName(receiveAccessOrder(2).cdb)).toBe('RECEIVE RECOMMENDED ACCESS ORDER');
  });

  it('comes back as it was encoded', () => {
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        expect(decodeAccessOrder(encodeAccessOrder(segments))).toEqual(segments);
        if (segments.length > 0) expect(decodeAccessOrder(generateAccessOrder(segments).dataOut)).toEqual(segments);
      }),
    );
    const limits = { segments: 2700, segmentLength: 52 };
    expect(decodeAccessOrderLimits(encodeAccessOrderLimits(limits))).toEqual(limits);
  });

  it('is decoded with geometry after each segment', () => {
    const place = { name: 'ff'.repeat(10), partition: 0, firstObject: 7, lastObject: 9 };
    const plain = encodeAccessOrder([place]).subarray(8);
    const long = Buffer.concat([plain, new Uint8Array(20).fill(0xee)]);
    long.writeUInt16BE(50, 0);
    const header = Buffer.from('0200000000000068', 'hex');
    expect(decodeAccessOrder(Buffer.concat([header, long, long]))).toEqual([place, place]);
  });

  it('throws nothing but MalformedResponseError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const decode of [decodeAccessOrder, decodeAccessOrderLimits, decodeWrapEnds]) {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedResponseError);
          }
        }
      }),
    );
  });

  it('refuses what is cut off', () => {
    const whole = encodeAccessOrder([{ name: '00'.repeat(10), partition: 0, firstObject: 1, lastObject: 2 }]);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => decodeAccessOrder(whole.subarray(0, length))).toThrow(MalformedResponseError);
    }
  });
});

describe('ends of wraps', () => {
  it('are requested for all wraps', () => {
    const { cdb } = readEndOfWrapPosition();
    expect(toHex(cdb)).toBe('a31f45020000000030040000');
    expect(commandName(cdb)).toBe('READ END OF WRAP POSITION');
  });

  it('are 3364 bytes for the 280 wraps of LTO-9, and come back as they were encoded', () => {
    const ends = Array.from({ length: 280 }, (_, wrap) => ({ wrap, partition: 0, logicalObject: wrap * 250_000 }));
    const bytes = encodeWrapEnds(ends);
    expect(bytes.length).toBe(3364);
    expect(toHex(bytes.subarray(0, 28))).toBe('0d220000000000000000000000000000000100000000' + '00000003d090');
    expect(decodeWrapEnds(bytes)).toEqual(ends);
    fc.assert(
      fc.property(fc.array(wrapEnd), (list) => {
        expect(decodeWrapEnds(encodeWrapEnds(list))).toEqual(list);
      }),
    );
  });
});
