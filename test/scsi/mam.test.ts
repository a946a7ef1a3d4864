import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, MalformedResponseError } from '../../src/errors/index.js';
import {
  decodeAttributeIds,
  decodeAttributeValues,
  decodePartitionList,
  encodeAttributeIds,
  encodeAttributeValues,
  encodePartitionList,
  type RawAttribute,
} from '../../src/scsi/mam/attribute-list.js';
import { MAM_ATTRIBUTES, mamAttribute, mamOwner } from '../../src/scsi/mam/attributes.js';
import { fixtureBytes, fixtureLines } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const EMULATED = fixtureBytes('sg_read_attr --raw | xxd');
const ONE: RawAttribute = { id: 0x0405, readOnly: true, format: 'binary', bytes: Uint8Array.of(0x5e) };

function attributes(): fc.Arbitrary<RawAttribute[]> {
  const attribute = fc.record({
    id: fc.nat(0xffff),
    readOnly: fc.boolean(),
    format: fc.constantFrom('binary', 'ascii', 'text', 'reserved'),
    bytes: fc.uint8Array({ maxLength: 40 }),
  });
  return fc.uniqueArray(attribute, { selector: ({ id }) => id, maxLength: 8 }).map((list) => {
    return list.toSorted((a, b) => a.id - b.id);
  });
}

describe('attribute values', () => {
  it('of the emulated drive: as many and in the order that sg_read_attr lists them', () => {
    const { attributes: list, truncated } = decodeAttributeValues(EMULATED);
    const listed = fixtureLines('sg_read_attr --sa=1 /dev/sg1')
      .slice(1)
      .filter((line) => line !== '');
    expect(list).toHaveLength(listed.length);
    expect(truncated).toBe(false);
    expect(list.map(({ id }) => id)).toContain(0x1623);
    expect(list.find(({ id }) => id === 0x0006)).toEqual({ ...ONE, id: 0x0006 });
    expect(list.find(({ id }) => id === 0x0803)).toMatchObject({ readOnly: false, format: 'text' });
  });

  it('are encoded byte for byte as they came', () => {
    expect(encodeAttributeValues(decodeAttributeValues(EMULATED).attributes)).toEqual(EMULATED);
  });

  it('decode as they were encoded, in ascending order', () => {
    fc.assert(
      fc.property(attributes(), (list) => {
        const encoded = encodeAttributeValues(list.toReversed());
        expect(decodeAttributeValues(encoded)).toEqual({ attributes: list, truncated: false });
      }),
      RUNS,
    );
  });

  it('are the ones that came whole, however the answer was cut, and say that there are more', () => {
    const all = decodeAttributeValues(EMULATED).attributes;
    for (let length = 4; length < EMULATED.length; length++) {
      const { attributes: list, truncated } = decodeAttributeValues(EMULATED.subarray(0, length));
      expect(list).toEqual(all.slice(0, list.length));
      expect(truncated).toBe(list.length < all.length);
    }
  });

  it('end where the header says, not where the transfer does', () => {
    const padded = new Uint8Array(8192).fill(0xee);
    padded.set(encodeAttributeValues([ONE]));
    expect(decodeAttributeValues(padded)).toEqual({ attributes: [ONE], truncated: false });
  });

  it('may be counted with the four bytes of the header, as by LTFS and older mhvtl', () => {
    const counted = encodeAttributeValues([ONE]);
    counted[3] = counted.length;
    expect(decodeAttributeValues(counted)).toEqual({ attributes: [ONE], truncated: false });
    const padded = new Uint8Array(64);
    padded.set(counted);
    expect(decodeAttributeValues(padded)).toEqual({ attributes: [ONE], truncated: false });
  });

  it('may be followed by zeros that the header counts, as by drives that tell the allocation length', () => {
    const lying = new Uint8Array(64);
    lying.set(encodeAttributeValues([ONE]));
    lying[3] = 60;
    expect(decodeAttributeValues(lying)).toEqual({ attributes: [ONE], truncated: false });
  });

  it('are refused when they are out of order', () => {
    const entry = (id: number) => [id >> 8, id & 0xff, 0, 0, 1, 7];
    const bytes = Uint8Array.from([0, 0, 0, 12, ...entry(0x0800), ...entry(0x0405)]);
    expect(() => decodeAttributeValues(bytes)).toThrow('attribute 0x0405 is out of order');
    expect(() => decodeAttributeValues(bytes)).toThrow(MalformedResponseError);
  });

  it('can be none', () => {
    expect(decodeAttributeValues(new Uint8Array(4))).toEqual({ attributes: [], truncated: false });
  });

  it('are refused for writing when one comes twice', () => {
    expect(() => encodeAttributeValues([ONE, ONE])).toThrow(InvalidArgumentError);
  });

  it('never do worse than be refused', () => {
    decodesOrRefuses(decodeAttributeValues, EMULATED.subarray(0, 200), encodeAttributeValues([ONE]));
  });
});

describe('attribute lists', () => {
  it('decode as they were encoded', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { maxLength: 50 }), (ids) => {
        expect(decodeAttributeIds(encodeAttributeIds(ids))).toEqual({ ids, truncated: false });
      }),
      RUNS,
    );
  });

  it('say when they were cut', () => {
    expect(decodeAttributeIds(encodeAttributeIds([1, 2, 3]).subarray(0, 9))).toEqual({ ids: [1, 2], truncated: true });
    decodesOrRefuses(decodeAttributeIds, encodeAttributeIds([1, 2, 3]));
  });
});

describe('the partition list', () => {
  it('decodes as it was encoded', () => {
    expect(encodePartitionList({ first: 0, count: 2 })).toEqual(Uint8Array.of(0, 2, 0, 2));
    expect(decodePartitionList(Uint8Array.of(0, 2, 0, 2))).toEqual({ first: 0, count: 2 });
  });

  it('is refused when it is empty, as mhvtl answers', () => {
    expect(() => decodePartitionList(new Uint8Array(0))).toThrow(MalformedResponseError);
    decodesOrRefuses(decodePartitionList, Uint8Array.of(0, 2, 0, 2));
  });
});

describe('the attribute table', () => {
  it('is in ascending order, and has each key once', () => {
    const ids = MAM_ATTRIBUTES.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(new Set(MAM_ATTRIBUTES.map(({ key }) => key)).size).toBe(ids.length);
  });

  it('has the lengths and formats of what an emulated drive sends, but for its known deviations', () => {
    const differing = decodeAttributeValues(EMULATED).attributes.filter(({ id, format, bytes }) => {
      const entry = mamAttribute(id);
      return entry && ((entry.length !== 0 && entry.length !== bytes.length) || entry.format !== format);
    });
    expect(differing.map(({ id }) => id)).toEqual([0x0406]);
  });

  it('knows who writes an attribute by its identifier', () => {
    expect([0, 0x3ff, 0x400, 0x806, 0xc00, 0x1000, 0x1623, 0x1800].map(mamOwner)).toEqual([
      'device',
      'device',
      'medium',
      'host',
      'vendorDevice',
      'vendorMedium',
      'vendorHost',
      'reserved',
    ]);
  });
});
