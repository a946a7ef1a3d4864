import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, MalformedResponseError } from '../../src/errors/index.js';
import { toHex } from '../../src/scsi/wire/bytes.js';
import {
  ascii,
  bits,
  count,
  decodeFields,
  encodeFields,
  flag,
  hex,
  int,
  int64,
  patchFields,
  uint,
  uint64,
} from '../../src/scsi/wire/layout.js';
import { RUNS } from '../support/property.js';

const FIELDS = {
  on: flag(0, 7),
  mode: bits(0, 5, 3),
  count: uint(1, 3),
  offset: int(4, 2),
  big: uint64(6),
  signed: int64(14),
  name: ascii(22, 4),
  maybe: count(26, 8),
  key: hex(34, 3),
};
const LENGTH = 37;

const values = fc.record({
  on: fc.boolean(),
  mode: fc.nat(7),
  count: fc.nat(0xffffff),
  offset: fc.integer({ min: -0x8000, max: 0x7fff }),
  big: fc.maxSafeNat(),
  signed: fc.maxSafeInteger(),
  name: fc.stringMatching(/^[!-~]{0,4}$/),
  maybe: fc.option(fc.maxSafeNat(), { nil: undefined }),
  key: fc.uint8Array({ minLength: 3, maxLength: 3 }).map(toHex),
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
        expect(decodeFields({ mode: FIELDS.mode }, patched, 'test')).toEqual({ mode });
      }),
      RUNS,
    );
  });

  it.each([
    ['mode', 8],
    ['count', 0x1000000],
    ['count', 1.5],
    ['offset', -0x8001],
    ['big', -1],
    ['big', 2 ** 53],
    ['big', 1.5],
    ['signed', -(2 ** 53)],
    ['maybe', 2 ** 53],
    ['key', '00'],
    ['key', '0G0G0G'],
    ['key', 5],
    ['name', 'five!'],
    ['name', 'é'],
  ])('refuse a %s of %s, by name', (field, value) => {
    const encode = () => encodeFields(FIELDS, LENGTH, { [field]: value }, 'test');
    expect(encode).toThrow(InvalidArgumentError);
    expect(encode).toThrow(`test: ${field}`);
  });

  it.each([
    ['ff'.repeat(8), undefined],
    [`${'ff'.repeat(7)}fe`, undefined],
    ['01'.repeat(8), MalformedResponseError],
    ['001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['0020000000000000', MalformedResponseError],
  ])('read the count %s', (digits, expected) => {
    const read = () => decodeFields({ number: count(0, 8) }, Buffer.from(digits, 'hex'), 'test').number;
    if (expected === MalformedResponseError) expect(read).toThrow(MalformedResponseError);
    else expect(read()).toBe(expected);
  });

  it('refuse to write beyond the structure, and to read beyond the bytes', () => {
    expect(() => patchFields(FIELDS, new Uint8Array(13), { big: 1 }, 'test')).toThrow(InvalidArgumentError);
    expect(() => decodeFields(FIELDS, new Uint8Array(LENGTH - 1), 'test')).toThrow(MalformedResponseError);
  });
});
