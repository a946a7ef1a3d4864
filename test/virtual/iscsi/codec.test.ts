import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/scsi/wire/bytes.js';
import type { Field } from '../../../src/scsi/wire/layout.js';
import { decodeText, encodeText } from '../../../src/virtual/iscsi/login/text.js';
import { type Digests, digestOf, NO_DIGESTS } from '../../../src/virtual/iscsi/pdu/digest.js';
import * as layouts from '../../../src/virtual/iscsi/pdu/layouts.js';
import { decodePdu, encodePdu, type Pdu, PduReader, ProtocolViolation } from '../../../src/virtual/iscsi/pdu/pdu.js';
import { RUNS } from '../../support/property.js';

const LAYOUTS = Object.values(layouts as Readonly<Record<string, unknown>>).filter(isLayout);

function isLayout(value: unknown): value is layouts.PduLayout {
  return typeof value === 'object' && value !== null && 'opcode' in value && typeof value.opcode === 'number';
}

const DATA = fc.uint8Array({ maxLength: 50 });
const DIGESTS = fc.record({ header: fc.boolean(), data: fc.boolean() });
const CUTS = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 });

function anyValue(field: Field): fc.Arbitrary<boolean | number | string> {
  switch (field.type) {
    case 'flag':
      return fc.boolean();
    case 'bits':
      return fc.nat(2 ** (field.high - field.low + 1) - 1);
    case 'hex':
      return fc.uint8Array({ minLength: field.width, maxLength: field.width }).map(toHex);
    case 'uint':
      return fc.nat(2 ** (8 * field.width) - 1);
    default:
      throw new Error(`no header has a field of type ${field.type}`);
  }
}

/** The PDUs of a row of bytes, cut at the given lengths. */
function readAll(
  bytes: Uint8Array,
  cuts: readonly number[],
  { limit = 0xffffff, digests = NO_DIGESTS }: { limit?: number; digests?: Digests } = {},
): Pdu[] {
  const reader = new PduReader(limit);
  reader.digests = digests;
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
    const values = fc.record<Record<string, never>>(Object.fromEntries(fields));
    const isWhole = fc.property(values, DATA, CUTS, DIGESTS, (given, data, cuts, digests) => {
      const [pdu, ...more] = readAll(Buffer.concat(encodePdu(layout, given, { data, digests })), cuts, { digests });
      expect(more).toEqual([]);
      expect(pdu?.opcode).toBe(layout.opcode);
      expect(pdu && decodePdu(layout, pdu)).toEqual(given);
      expect(pdu && Buffer.compare(pdu.data, data)).toBe(0);
      expect(pdu?.damaged).toBe(false);
    });
    fc.assert(isWhole, RUNS);
  });

  it('a row of any bytes gives PDUs, or is against the protocol', () => {
    const isKnown = fc.property(fc.uint8Array({ maxLength: 400 }), CUTS, DIGESTS, (bytes, cuts, digests) => {
      orViolates(() => {
        for (const pdu of readAll(bytes, cuts, { limit: 4096, digests }))
          expect(pdu.data.length).toBeLessThanOrEqual(4096);
      });
    });
    fc.assert(isKnown, RUNS);
  });
});

describe('digests', () => {
  const crcOf = (pieces: readonly Uint8Array[]) => Buffer.from(digestOf(pieces, true)).readUInt32LE();

  // RFC 7143 appendix A gives these; the digest goes out with its lowest byte first.
  it.each([
    ['zeros', Buffer.alloc(32), 0x8a9136aa],
    ['ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['ascending', Buffer.from(Array.from({ length: 32 }, (_, byte) => byte)), 0x46dd794e],
    ['descending', Buffer.from(Array.from({ length: 32 }, (_, byte) => 31 - byte)), 0x113fdb5c],
    ['the digits', Buffer.from('123456789'), 0xe3069283],
  ])('CRC32C of %s', (_what, bytes, crc) => {
    expect(crcOf([bytes])).toBe(crc);
    expect(crcOf([bytes.subarray(0, 5), bytes.subarray(5)])).toBe(crc);
  });

  const { SCSI_COMMAND } = layouts;
  const header = { read: true, initiatorTaskTag: 7, expectedDataTransferLength: 512 };
  const mutation = fc.record({ at: fc.nat(), flip: fc.integer({ min: 1, max: 255 }) });

  it('any byte of a header or its digest that changes is found out', () => {
    const digests = { header: true, data: false };
    const isFound = fc.property(DATA, mutation, ({ length }, { at, flip }) => {
      const [head = new Uint8Array(0), digest = head] = encodePdu(SCSI_COMMAND, header, { digests });
      const bytes = Buffer.concat([head, digest, Buffer.alloc(2000 + length)]);
      const place = at % 52;
      bytes.writeUInt8(bytes.readUInt8(place) ^ flip, place);
      expect(() => readAll(bytes, [], { digests })).toThrow(ProtocolViolation);
    });
    fc.assert(isFound, RUNS);
  });

  it('any byte of data, padding or their digest that changes is found out, and the PDU is whole', () => {
    const digests = { header: true, data: true };
    const isFound = fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), mutation, (data, { at, flip }) => {
      const bytes = Buffer.concat(encodePdu(SCSI_COMMAND, header, { data, digests }));
      const place = 52 + (at % (bytes.length - 52));
      bytes.writeUInt8(bytes.readUInt8(place) ^ flip, place);
      const [pdu, next] = readAll(Buffer.concat([bytes, ...encodePdu(SCSI_COMMAND, header, { digests })]), [], {
        digests,
      });
      expect(pdu).toMatchObject({ damaged: true });
      expect(pdu && decodePdu(SCSI_COMMAND, pdu)).toMatchObject(header);
      expect(next).toMatchObject({ damaged: false });
    });
    fc.assert(isFound, RUNS);
  });

  it('covers the additional header segments', () => {
    const digests = { header: true, data: false };
    const [head = new Uint8Array(0)] = encodePdu(SCSI_COMMAND, header);
    const extended = Buffer.concat([head, Buffer.from('addition')]);
    extended.writeUInt8(2, 4);
    const digest = Buffer.alloc(4);
    digest.set(digestOf([extended], true));
    const [pdu] = readAll(Buffer.concat([extended, digest]), [3, 50], { digests });
    expect(Buffer.from(pdu?.additional ?? []).toString()).toBe('addition');
    extended.writeUInt8(0, 50);
    expect(() => readAll(Buffer.concat([extended, digest]), [], { digests })).toThrow('a wrong header digest');
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
