import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Field } from '../../../src/scsi/layout.js';
import { decodePdu, encodePdu, type Pdu, PduReader, ProtocolViolation } from '../../../src/virtual/iscsi/pdu.js';
import * as layouts from '../../../src/virtual/iscsi/pdu-layouts.js';
import { decodeText, encodeText } from '../../../src/virtual/iscsi/text.js';
import { RUNS } from '../../support/property.js';

const LAYOUTS = Object.values(layouts as Readonly<Record<string, unknown>>).filter(isLayout);

function isLayout(value: unknown): value is layouts.PduLayout {
  return typeof value === 'object' && value !== null && 'opcode' in value && typeof value.opcode === 'number';
}

const CUTS = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 });

function anyValue(field: Field): fc.Arbitrary<boolean | number | bigint> {
  switch (field.type) {
    case 'flag':
      return fc.boolean();
    case 'bits':
      return fc.nat(2 ** (field.high - field.low + 1) - 1);
    case 'uint64':
      return fc.bigInt(0n, 2n ** 64n - 1n);
    case 'uint':
      return fc.nat(2 ** (8 * field.width) - 1);
    default:
      throw new Error(`no header has a field of type ${field.type}`);
  }
}

/** The PDUs of a row of bytes, cut at the given lengths. */
function readAll(bytes: Uint8Array, cuts: readonly number[], limit = 0xffffff): Pdu[] {
  const reader = new PduReader(limit);
  const pdus: Pdu[] = [];
  for (let offset = 0, cut = 0; offset < bytes.length; cut += 1) {
    const end = offset + (cuts[cut] ?? bytes.length);
    pdus.push(...reader.push(bytes.subarray(offset, end)));
    offset = end;
  }
  return pdus;
}

describe('PDUs', () => {
  it('there is a layout for each', () => {
    expect(LAYOUTS.length).toBe(16);
    expect(new Set(LAYOUTS.map(({ opcode }) => opcode)).size).toBe(16);
  });

  it.each(LAYOUTS.map((layout) => [layout.name, layout] as const))('%s: what is encoded is decoded', (_, layout) => {
    const fields = Object.entries(layout.fields).map(([name, field]) => [name, anyValue(field)]);
    const values = fc.record<Record<string, boolean | number | bigint>>(Object.fromEntries(fields));
    const isWhole = fc.property(values, fc.uint8Array({ maxLength: 50 }), CUTS, (given, data, cuts) => {
      const [pdu, ...more] = readAll(Buffer.concat(encodePdu(layout, given, data)), cuts);
      expect(more).toEqual([]);
      expect(pdu?.opcode).toBe(layout.opcode);
      expect(pdu && decodePdu(layout, pdu)).toEqual(given);
      expect(pdu && Buffer.compare(pdu.data, data)).toBe(0);
    });
    fc.assert(isWhole, RUNS);
  });

  it('a row of any bytes gives PDUs, or is against the protocol', () => {
    const isKnown = fc.property(fc.uint8Array({ maxLength: 400 }), CUTS, (bytes, cuts) => {
      orViolates(() => {
        for (const pdu of readAll(bytes, cuts, 4096)) expect(pdu.data.length).toBeLessThanOrEqual(4096);
      });
    });
    fc.assert(isKnown, RUNS);
  });
});

describe('texts', () => {
  const key = fc.stringMatching(/^[A-Z][A-Za-z0-9.+@_-]{0,20}$/);
  const value = fc.stringMatching(/^[\x20-\x7e]{0,50}$/);

  it('decoding is the inverse of encoding', () => {
    const isSame = fc.property(fc.dictionary(key, value), (pairs) => {
      expect(Object.fromEntries(decodeText(encodeText(Object.entries(pairs))))).toEqual({ ...pairs });
    });
    fc.assert(isSame, RUNS);
  });

  it('any bytes are pairs, or against the protocol', () => {
    const isKnown = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => orViolates(() => decodeText(bytes)));
    fc.assert(isKnown, RUNS);
  });
});

function orViolates(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
  }
}
