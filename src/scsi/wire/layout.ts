import { InvalidArgumentError } from '../../errors/index.js';
import { asciiPad, ByteReader, bytesOfHex, isUnknownMark, toHex, view } from './bytes.js';

/** Place and type of a field. Bytes and bits are numbered as in the standards' tables. */
export type Field =
  | { readonly type: 'flag'; readonly byte: number; readonly bit: number }
  | { readonly type: 'bits'; readonly byte: number; readonly high: number; readonly low: number }
  | { readonly type: 'uint' | 'int' | 'ascii' | 'hex' | 'count'; readonly byte: number; readonly width: number }
  | { readonly type: 'uint64' | 'int64'; readonly byte: number; readonly clamped?: true };

/** The fields of one structure: a CDB, a page, a header. */
export type Fields = Readonly<Record<string, Field>>;

export type FieldValue<F extends Field> = F extends { type: 'flag' }
  ? boolean
  : F extends { type: 'count' }
    ? number | undefined
    : F extends { type: 'ascii' | 'hex' }
      ? string
      : number;

export type FieldValues<T extends Fields> = { readonly [K in keyof T]: FieldValue<T[K]> };

export const flag = (byte: number, bit: number) => ({ type: 'flag', byte, bit }) as const;
export const bits = (byte: number, high: number, low: number) => ({ type: 'bits', byte, high, low }) as const;
/** Unsigned, 1 to 6 bytes. */
export const uint = (byte: number, width: number) => ({ type: 'uint', byte, width }) as const;
/** Two's complement, 1 to 6 bytes. */
export const int = (byte: number, width: number) => ({ type: 'int', byte, width }) as const;
/** Unsigned, 8 bytes; a value that is not a safe integer is malformed. */
export const uint64 = (byte: number) => ({ type: 'uint64', byte }) as const;
/** Unsigned, 1 to 8 bytes; undefined for a mark of "unknown". Undefined is encoded as all ones. */
export const count = (byte: number, width: number) => ({ type: 'count', byte, width }) as const;
/** Two's complement, 8 bytes; a value that is not a safe integer is malformed. */
export const int64 = (byte: number) => ({ type: 'int64', byte }) as const;
/** Unsigned, 8 bytes, clamped to the largest safe integer: for CDBs, where any larger request exceeds what exists. */
export const clampedUint64 = (byte: number) => ({ type: 'uint64', byte, clamped: true }) as const;
export const clampedInt64 = (byte: number) => ({ type: 'int64', byte, clamped: true }) as const;
/** Left-aligned, padded with blanks; decoded without the padding at both ends. */
export const ascii = (byte: number, width: number) => ({ type: 'ascii', byte, width }) as const;
/** Bytes that are not a number, such as a key or an address: lower-case hex, two digits for each. */
export const hex = (byte: number, width: number) => ({ type: 'hex', byte, width }) as const;

/** Reads every field. Throws MalformedResponseError if one extends beyond the bytes. */
export function decodeFields<T extends Fields>(fields: T, bytes: Uint8Array, what: string): FieldValues<T> {
  const reader = new ByteReader(bytes, what);
  // A loop: `Object.fromEntries` costs several times as much, and the virtual drive does this for each command.
  const values: Record<string, unknown> = {};
  for (const [name, field] of entriesOf(fields)) values[name] = readField(reader, field);
  return values as FieldValues<T>;
}

/** A library's inventory decodes the same fields ten thousand times, so their list is cached. */
const entriesByFields = new WeakMap<Fields, readonly (readonly [string, Field])[]>();

function entriesOf(fields: Fields): readonly (readonly [string, Field])[] {
  const known = entriesByFields.get(fields);
  if (known !== undefined) return known;
  const entries = Object.entries(fields);
  entriesByFields.set(fields, entries);
  return entries;
}

/**
 * A structure of `length` bytes with the given fields; everything else is zero. Throws InvalidArgumentError for a value
 * that does not fit its field.
 */
export function encodeFields<T extends Fields>(
  fields: T,
  length: number,
  values: Partial<FieldValues<T>>,
  what: string,
): Uint8Array {
  return setFields(fields, new Uint8Array(length), values, what);
}

/**
 * A copy of `bytes` with only the given fields changed. Throws InvalidArgumentError for a value that does not fit its
 * field, or a field that does not fit the bytes.
 */
export function patchFields<T extends Fields>(
  fields: T,
  bytes: Uint8Array,
  values: Partial<FieldValues<T>>,
  what: string,
): Uint8Array {
  return setFields(fields, new Uint8Array(bytes), values, what);
}

/** Sets fields in `bytes`, and returns it. */
function setFields<T extends Fields>(
  fields: T,
  bytes: Uint8Array,
  values: Partial<FieldValues<T>>,
  what: string,
): Uint8Array {
  const buffer = view(bytes);
  for (const name of Object.keys(values)) {
    const field = fields[name];
    const value = values[name];
    if (field !== undefined && (value !== undefined || field.type === 'count'))
      writeField(buffer, field, value, `${what}: ${name}`);
  }
  return bytes;
}

/** `length` bytes with ones in every bit of every field, and zeros elsewhere. */
export function fieldMask(fields: Fields, length: number): Uint8Array {
  const mask = Buffer.alloc(length);
  for (const field of Object.values(fields)) {
    if (field.type === 'flag') writeBits(mask, field.byte, field.bit, field.bit, 1);
    else if (field.type === 'bits') writeBits(mask, field.byte, field.high, field.low, 2 ** widthOf(field) - 1);
    else mask.fill(0xff, field.byte, lastByte(field) + 1);
  }
  return new Uint8Array(mask);
}

function readField(reader: ByteReader, field: Field): boolean | number | string | undefined {
  switch (field.type) {
    case 'flag':
      return reader.flag(field.byte, field.bit);
    case 'bits':
      return reader.bits(field.byte, field.high, field.low);
    case 'uint':
      return reader.uint(field.byte, field.width);
    case 'int':
      return reader.int(field.byte, field.width);
    case 'uint64':
      return field.clamped ? reader.clampedU64(field.byte) : reader.u64(field.byte);
    case 'int64':
      return field.clamped ? reader.clampedI64(field.byte) : reader.i64(field.byte);
    case 'count':
      return reader.count(field.byte, field.width);
    case 'hex':
      return toHex(reader.bytes(field.byte, field.width));
    case 'ascii':
      return reader.ascii(field.byte, field.width);
  }
}

function writeField(bytes: Buffer, field: Field, value: unknown, what: string): void {
  if (lastByte(field) >= bytes.length) {
    throw new InvalidArgumentError(`${what} lies beyond the ${bytes.length} bytes of the structure`);
  }
  switch (field.type) {
    case 'flag':
      writeBits(bytes, field.byte, field.bit, field.bit, value ? 1 : 0);
      break;
    case 'bits':
      writeBits(bytes, field.byte, field.high, field.low, inRange(value, widthOf(field), false, what));
      break;
    case 'uint':
      bytes.writeUIntBE(inRange(value, field.width * 8, false, what), field.byte, field.width);
      break;
    case 'int':
      bytes.writeIntBE(inRange(value, field.width * 8, true, what), field.byte, field.width);
      break;
    case 'uint64':
      bytes.writeBigUInt64BE(BigInt(safe(value, false, what)), field.byte);
      break;
    case 'count':
      bytes.set(countBytes(value, field.width, what), field.byte);
      break;
    case 'int64':
      bytes.writeBigInt64BE(BigInt(safe(value, true, what)), field.byte);
      break;
    case 'hex':
      bytes.set(hexBytes(value, field.width, what), field.byte);
      break;
    case 'ascii':
      bytes.set(asciiPad(fittingText(value, field.width, what), field.width), field.byte);
  }
}

function widthOf({ high, low }: { readonly high: number; readonly low: number }): number {
  return high - low + 1;
}

function lastByte(field: Field): number {
  switch (field.type) {
    case 'flag':
    case 'bits':
      return field.byte;
    case 'uint64':
    case 'int64':
      return field.byte + 7;
    default:
      return field.byte + field.width - 1;
  }
}

function writeBits(bytes: Buffer, offset: number, high: number, low: number, value: number): void {
  const mask = ((1 << widthOf({ high, low })) - 1) << low;
  bytes.writeUInt8((bytes.readUInt8(offset) & ~mask) | (value << low), offset);
}

function inRange(value: unknown, bitCount: number, signed: boolean, what: string): number {
  const [least, most] = signed ? [-(2 ** (bitCount - 1)), 2 ** (bitCount - 1) - 1] : [0, 2 ** bitCount - 1];
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`${what} must be an integer from ${least} to ${most}, not ${String(value)}`);
}

function safe(value: unknown, signed: boolean, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && (signed || value >= 0)) return value;
  const from = signed ? -Number.MAX_SAFE_INTEGER : 0;
  throw new InvalidArgumentError(
    `${what} must be an integer from ${from} to ${Number.MAX_SAFE_INTEGER}, not ${String(value)}`,
  );
}

function countBytes(value: unknown, width: number, what: string): Uint8Array {
  if (value === undefined) return new Uint8Array(width).fill(0xff);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(safe(value, false, what)));
  if (!isUnknownMark(bytes.subarray(8 - width)) && bytes.every((byte, index) => index >= 8 - width || byte === 0)) {
    return bytes.subarray(8 - width);
  }
  throw new InvalidArgumentError(`${what}: ${String(value)} is not a count of ${width} bytes`);
}

function hexBytes(value: unknown, width: number, what: string): Uint8Array {
  const bytes = typeof value === 'string' ? bytesOfHex(value) : undefined;
  if (bytes?.length === width) return bytes;
  throw new InvalidArgumentError(`${what} must be ${2 * width} lower-case hex digits`);
}

function fittingText(value: unknown, width: number, what: string): string {
  if (typeof value === 'string' && value.length <= width && /^[\x20-\x7e]*$/.test(value)) return value;
  throw new InvalidArgumentError(`${what} must be at most ${width} printable ASCII characters`);
}
