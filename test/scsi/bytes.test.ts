import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedResponseError } from '../../src/errors/index.js';
import {
  asciiPad,
  asciiTrim,
  ByteReader,
  bytesOfHex,
  concatBytes,
  isUnknownMark,
  toHex,
} from '../../src/scsi/wire/bytes.js';
import { RUNS } from '../support/property.js';

describe('ByteReader', () => {
  const reader = new ByteReader(Uint8Array.of(0x81, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0xff), 'test data');

  it('reads big-endian integers of every width', () => {
    expect(reader.u8(0)).toBe(0x81);
    expect(reader.u16(0)).toBe(0x8102);
    expect(reader.u24(0)).toBe(0x810203);
    expect(reader.u32(0)).toBe(0x81020304);
    expect(reader.u48(0)).toBe(0x810203040506);
    const wide = new ByteReader(Buffer.from('001fffffffffffffffe0000000000001', 'hex'), 'test data');
    expect([wide.u64(0), wide.i64(0), wide.i64(8)]).toEqual([2 ** 53 - 1, 2 ** 53 - 1, 1 - 2 ** 53]);
    expect(reader.int(0, 3)).toBe(0x810203 - 0x1000000);
  });

  it('refuses a count that no double holds exactly', () => {
    expect(() => reader.u64(0)).toThrow(MalformedResponseError);
    expect(() => reader.i64(0)).toThrow(MalformedResponseError);
  });

  it('hands out copies that are hex in JSON', () => {
    const bytes = reader.bytes(1, 2);
    expect(JSON.stringify({ bytes })).toBe('{"bytes":"0203"}');
    expect(bytes).toEqual(Uint8Array.of(2, 3));
    expect(bytesOfHex('0203')).toEqual(bytes);
    expect([bytesOfHex('020'), bytesOfHex('0A'), bytesOfHex('zz')]).toEqual([undefined, undefined, undefined]);
  });

  it('reads bits by the numbers of the standard', () => {
    expect(reader.bits(0, 7, 5)).toBe(4);
    expect(reader.flag(0, 7)).toBe(true);
    expect(reader.flag(0, 1)).toBe(false);
  });

  it('refuses a field that ends beyond the bytes, and says which', () => {
    expect(() => reader.u16(7)).toThrow(MalformedResponseError);
    expect(() => reader.u16(7)).toThrow('test data: the answer has 8 bytes, but a field goes up to byte 8');
    expect(() => reader.bytes(4, -1)).toThrow(MalformedResponseError);
    expect(() => reader.u8(-1)).toThrow(MalformedResponseError);
  });

  it('gives copies, not views of the answer', () => {
    const answer = Uint8Array.of(1, 2, 3);
    const part = new ByteReader(answer, 'answer').bytes(1, 2);
    answer.fill(0);
    expect(part).toEqual(Uint8Array.of(2, 3));
  });

  it('reads a view of a larger buffer from its own first byte', () => {
    expect(new ByteReader(Uint8Array.of(1, 2, 3, 4).subarray(2), 'view').u16(0)).toBe(0x0304);
  });
});

describe('text fields', () => {
  it('trims blanks and NULs of both ends, and nothing inside', () => {
    expect(asciiTrim(Buffer.from('\0  IBM 3580 \0 \0'))).toBe('IBM 3580');
    expect(asciiTrim(new Uint8Array(8))).toBe('');
  });

  it('pads what it trims', () => {
    const word = fc.stringMatching(/^[!-~]{0,8}$/);
    fc.assert(
      fc.property(word, (text) => {
        expect(asciiTrim(asciiPad(text, 8))).toBe(text);
        expect(asciiPad(text, 8)).toHaveLength(8);
      }),
      RUNS,
    );
  });
});

it('joins and prints bytes', () => {
  expect(toHex(concatBytes(Uint8Array.of(0, 255), new Uint8Array(0), Uint8Array.of(16)))).toBe('00ff10');
});

describe('marks of "unknown"', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('in %i bytes', (length) => {
    const ones = new Uint8Array(length).fill(0xff);
    const allButTheLast = ones.with(length - 1, 0xfe);
    expect([ones, allButTheLast].map(isUnknownMark)).toEqual([true, true]);
    expect([ones.with(0, 0x7f), ones.with(length - 1, 0xfd), new Uint8Array(length)].map(isUnknownMark)).toEqual([
      false,
      false,
      false,
    ]);
  });
});
