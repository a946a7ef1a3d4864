import { InvalidArgumentError } from '../../errors/index.js';
import { ByteReader, concatBytes, hexCode } from '../wire/bytes.js';
import { bits, encodeFields, flag, uint } from '../wire/layout.js';
import type { MamFormat } from './attributes.js';

// The parameter data of READ ATTRIBUTE and WRITE ATTRIBUTE (SPC-5). The meaning of the bytes of an attribute is in
// mam/values.ts.

/** One attribute with its raw bytes. */
export interface RawAttribute {
  readonly id: number;
  readonly readOnly: boolean;
  readonly format: MamFormat | 'reserved';
  readonly bytes: Uint8Array;
}

export interface AttributeValues {
  /** In ascending order of their identifiers. */
  readonly attributes: readonly RawAttribute[];
  /** The drive has more: request again from the identifier after the last one. */
  readonly truncated: boolean;
}

const FORMATS = ['binary', 'ascii', 'text', 'reserved'] as const;
const ATTRIBUTE_HEADER = { id: uint(0, 2), readOnly: flag(2, 7), format: bits(2, 1, 0), length: uint(3, 2) };
const ATTRIBUTE_HEADER_LENGTH = 5;
const LIST_HEADER_LENGTH = 4;

/**
 * Decodes an attribute list: the data of READ ATTRIBUTE with service action `values`, or the parameter list of WRITE
 * ATTRIBUTE. A truncated attribute is left out.
 *
 * The AVAILABLE DATA field takes precedence over the number of bytes, because some drives transfer the whole allocation
 * length; it may include its own four bytes, as in LTFS and mhvtl.
 */
export function decodeAttributeValues(bytes: Uint8Array): AttributeValues {
  const reader = new ByteReader(bytes, 'attribute list');
  const stated = LIST_HEADER_LENGTH + reader.u32(0);
  const end = Math.min(stated, reader.length);
  const attributes: RawAttribute[] = [];
  let offset = LIST_HEADER_LENGTH;
  for (;;) {
    const attribute = attributeAt(reader, offset, end);
    if (attribute === undefined || attribute.id <= (attributes.at(-1)?.id ?? -1)) break;
    attributes.push(attribute);
    offset += ATTRIBUTE_HEADER_LENGTH + attribute.bytes.length;
  }
  const rest = reader.bytes(offset, end - offset);
  if (stated <= reader.length && rest.every((byte) => byte === 0)) return { attributes, truncated: false };
  if (attributeAt(reader, offset, end) !== undefined) {
    throw reader.malformed(`attribute ${hexCode(reader.u16(offset), 4)} is out of order`);
  }
  return { attributes, truncated: stated - offset >= ATTRIBUTE_HEADER_LENGTH };
}

/** The attribute at `offset`, if it ends before `end`. */
function attributeAt(reader: ByteReader, offset: number, end: number): RawAttribute | undefined {
  const valueOffset = offset + ATTRIBUTE_HEADER_LENGTH;
  if (valueOffset > end) return undefined;
  const length = reader.u16(offset + 3);
  if (valueOffset + length > end) return undefined;
  return {
    id: reader.u16(offset),
    readOnly: reader.flag(offset + 2, 7),
    format: FORMATS[reader.bits(offset + 2, 1, 0)] ?? 'reserved',
    bytes: reader.bytes(valueOffset, length),
  };
}

/**
 * Encodes an attribute list, for either direction, in ascending order of the identifiers. Writing an attribute without
 * bytes deletes it. Throws InvalidArgumentError if an identifier occurs twice or a value is too long.
 */
export function encodeAttributeValues(attributes: readonly RawAttribute[]): Uint8Array {
  const sorted = attributes.toSorted((a, b) => a.id - b.id);
  const twice = sorted.find(({ id }, index) => sorted[index + 1]?.id === id);
  if (twice !== undefined) throw new InvalidArgumentError(`attribute ${hexCode(twice.id, 4)} is in the list twice`);
  return withAvailableData(concatBytes(...sorted.flatMap(encodeAttribute)));
}

function encodeAttribute({ id, readOnly, format, bytes }: RawAttribute): Uint8Array[] {
  const values = { id, readOnly, format: FORMATS.indexOf(format), length: bytes.length };
  return [encodeFields(ATTRIBUTE_HEADER, ATTRIBUTE_HEADER_LENGTH, values, 'attribute'), bytes];
}

export interface AttributeIds {
  readonly ids: readonly number[];
  /** The drive has more than the allocation length could hold. */
  readonly truncated: boolean;
}

/** Decodes the answer to the service actions `attributeList` and `supportedAttributes`. */
export function decodeAttributeIds(bytes: Uint8Array): AttributeIds {
  const reader = new ByteReader(bytes, 'attribute identifiers');
  const stated = reader.u32(0);
  const available = Math.min(stated, reader.length - LIST_HEADER_LENGTH);
  const count = Math.floor(available / 2);
  const ids = Array.from({ length: count }, (_, index) => reader.u16(LIST_HEADER_LENGTH + 2 * index));
  return { ids, truncated: stated - 2 * count >= 2 };
}

export function encodeAttributeIds(ids: readonly number[]): Uint8Array {
  const entries = ids.map((id) => encodeFields({ id: uint(0, 2) }, 2, { id }, 'attribute identifiers'));
  return withAvailableData(concatBytes(...entries));
}

function withAvailableData(data: Uint8Array): Uint8Array {
  const header = encodeFields({ length: uint(0, 4) }, LIST_HEADER_LENGTH, { length: data.length }, 'attribute list');
  return concatBytes(header, data);
}

/** Range of partition (or logical volume) numbers. */
export interface NumberRange {
  readonly first: number;
  readonly count: number;
}

const RANGE = { available: uint(0, 2), first: uint(2, 1), count: uint(3, 1) };

/** Decodes the answer to the service actions `partitionList` and `logicalVolumeList`. */
export function decodePartitionList(bytes: Uint8Array): NumberRange {
  const reader = new ByteReader(bytes, 'partition list');
  if (reader.u16(0) < 2) throw reader.malformed('it names no partition');
  return { first: reader.u8(2), count: reader.u8(3) };
}

export function encodePartitionList({ first, count }: NumberRange): Uint8Array {
  return encodeFields(RANGE, 4, { available: 2, first, count }, 'partition list');
}
