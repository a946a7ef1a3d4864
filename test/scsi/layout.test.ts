import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, MalformedResponseError } from '../../src/errors/index.js';
import {
  ascii,
  bits,
  decodeFields,
  encodeFields,
  flag,
  int,
  int64,
  patchFields,
  uint,
  uint64,
} from '../../src/scsi/layout.js';
import { RUNS } from '../support/property.js';

const FIELDS = {
  on: flag(0, 7),
  mode: bits(0, 5, 3),
  count: uint(1, 3),
  offset: int(4, 2),
  big: uint64(6),
  signed: int64(14),
  name: ascii(22, 4),
};
const LENGTH = 26;

const values = fc.record({
  on: fc.boolean(),
  mode: fc.nat(7),
  count: fc.nat(0xffffff),
  offset: fc.integer({ min: -0x8000, max: 0x7fff }),
  big: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  signed: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  name: fc.stringMatching(/^[!-~]{0,4}$/),
});

describe('field tables', () => {
  it('decode what they encode', () => {
    fc.assert(
      fc.property(values, (given) => {
        expect(decodeFields(FIELDS, encodeFields(FIELDS, LENGTH, given, 'test'), 'test')).toEqual(given);
      }),
      RUNS,
    );
  });

  it('change only the fields they are told to', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: LENGTH, maxLength: LENGTH }), fc.nat(7), (original, mode) => {
        const patched = patchFields(FIELDS, original, { mode }, 'test');
        expect(patched.subarray(1)).toEqual(original.subarray(1));
        expect((patched[0] ?? 0) & 0xc7).toBe((original[0] ?? 0) & 0xc7);
        expect(decodeFields(FIELDS, patched, 'test').mode).toBe(mode);
      }),
      RUNS,
    );
  });

  it.each([
    ['mode', 8],
    ['count', 0x1000000],
    ['count', 1.5],
    ['offset', -0x8001],
    ['big', -1n],
    ['signed', 1n << 63n],
    ['name', 'five!'],
    ['name', 'é'],
  ])('refuse a %s of %s, by name', (field, value) => {
    const encode = () => encodeFields(FIELDS, LENGTH, { [field]: value }, 'test');
    expect(encode).toThrow(InvalidArgumentError);
    expect(encode).toThrow(`test: ${field}`);
  });

  it('refuse to write beyond the structure, and to read beyond the bytes', () => {
    expect(() => patchFields(FIELDS, new Uint8Array(13), { big: 1n }, 'test')).toThrow(InvalidArgumentError);
    expect(() => decodeFields(FIELDS, new Uint8Array(LENGTH - 1), 'test')).toThrow(MalformedResponseError);
  });
});
