import { InvalidArgumentError } from '../../errors/index.js';
import { asciiPad, asciiTrim, ByteReader, concatBytes, isUnknownMark } from '../wire/bytes.js';
import { ascii, count, decodeFields, encodeFields, type Fields, type FieldValues, uint } from '../wire/layout.js';

/** Bytes of the longest counter. */
const LONGEST_COUNT = 8;

/** Codec for the value of a log parameter; one object for each form that the standards use. */
export interface LogValueKind<T> {
  /** Undefined if the bytes do not have this form or mark an unknown value: the parameter is then kept raw. */
  decode(value: Uint8Array): T | undefined;
  /** Throws InvalidArgumentError for what does not fit `length` bytes. */
  encode(value: T, length: number): Uint8Array;
}

/**
 * Unsigned, 1 to 8 bytes. A mark for "unknown", or a value above 2^53 - 1, decodes to undefined. A value that would
 * read as a mark is refused.
 */
export const COUNTER: LogValueKind<number> = {
  decode(value) {
    if (value.length === 0 || value.length > LONGEST_COUNT || isUnknownMark(value)) return undefined;
    const number = value.reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(number) ? number : undefined;
  },
  encode(value, length) {
    return encodeFields({ value: count(0, length) }, length, { value }, 'log counter');
  },
};

/** Two's complement, 1 to 6 bytes. */
export const SIGNED: LogValueKind<number> = {
  decode(value) {
    return value.length === 0 || value.length > 6 ? undefined : new ByteReader(value, 'value').int(0, value.length);
  },
  encode(value, length) {
    return encodeFields({ value: { type: 'int', byte: 0, width: length } }, length, { value }, 'signed log value');
  },
};

/** Zero is false, anything else true; any length. */
export const FLAG: LogValueKind<boolean> = {
  decode(value) {
    return value.length === 0 ? undefined : value.some((byte) => byte !== 0);
  },
  encode(value, length) {
    return COUNTER.encode(value ? 1 : 0, length);
  },
};

/** Text padded with blanks or NULs. */
export const ASCII: LogValueKind<string> = {
  decode(value) {
    return asciiTrim(value);
  },
  encode(value, length) {
    if (value.length > length) throw new InvalidArgumentError(`"${value}" is longer than ${length} characters`);
    return asciiPad(value, length);
  },
};

const TEMPERATURE_FIELDS = { degrees: count(1, 1) };

/** Degrees Celsius in the second byte (SPC-5, temperature log page). */
export const TEMPERATURE: LogValueKind<number> = {
  decode(value) {
    return value.length < 2 ? undefined : decodeFields(TEMPERATURE_FIELDS, value, 'temperature').degrees;
  },
  encode(degrees) {
    return encodeFields(TEMPERATURE_FIELDS, 2, { degrees }, 'temperature');
  },
};

/** Value of a partition record: a count, or one of the two marks that SSC-5 reserves at the top of the range. */
export interface PartitionRecord {
  readonly partition: number;
  /** Absent if the field holds a mark. */
  readonly count?: number;
  /** All ones, or all ones but the last bit: no such object, or not known. */
  readonly mark?: 'all ones' | 'all ones but the last';
}

/** Partition record list (SSC-5, page 17): a record has its length (of what follows), a reserved byte, partition, count. */
export const PARTITION_RECORDS: LogValueKind<readonly PartitionRecord[]> = {
  decode(value) {
    return splitRecords(value)?.map(decodePartitionRecord);
  },
  encode(records, countLength) {
    return concatBytes(...records.map((record) => encodePartitionRecord(record, countLength)));
  },
};

const PARTITION_HEADER = { length: uint(0, 1), partition: uint(2, 2) };
const PARTITION_HEADER_LENGTH = 4;

/** Records with a leading length; undefined if they do not fill the value exactly. */
function splitRecords(value: Uint8Array): Uint8Array[] | undefined {
  const records: Uint8Array[] = [];
  let offset = 0;
  while (offset < value.length) {
    const end = offset + 1 + (value[offset] ?? 0);
    const countLength = end - offset - PARTITION_HEADER_LENGTH;
    if (end > value.length || countLength < 1 || countLength > LONGEST_COUNT) return undefined;
    records.push(value.subarray(offset, end));
    offset = end;
  }
  return records;
}

function decodePartitionRecord(record: Uint8Array): PartitionRecord {
  const reader = new ByteReader(record, 'partition record');
  const countLength = record.length - PARTITION_HEADER_LENGTH;
  const partition = reader.u16(2);
  const told = reader.count(PARTITION_HEADER_LENGTH, countLength);
  if (told !== undefined) return { partition, count: told };
  return { partition, mark: reader.flag(record.length - 1, 0) ? 'all ones' : 'all ones but the last' };
}

function encodePartitionRecord(record: PartitionRecord, countLength: number): Uint8Array {
  const { partition, mark } = record;
  const header = { length: PARTITION_HEADER_LENGTH - 1 + countLength, partition };
  const ones = new Uint8Array(countLength).fill(0xff);
  const marked = mark === 'all ones' ? ones : mark && ones.with(-1, 0xfe);
  return concatBytes(
    encodeFields(PARTITION_HEADER, PARTITION_HEADER_LENGTH, header, 'partition record'),
    marked ?? COUNTER.encode(record.count ?? 0, countLength),
  );
}

/** A structure of fixed fields; `length` is its least length in bytes. */
export function structureKind<T extends Fields>(name: string, length: number, fields: T): LogValueKind<FieldValues<T>> {
  return {
    decode: (value) => (value.length < length ? undefined : decodeFields(fields, value, name)),
    encode: (values, encodedLength) => encodeFields(fields, encodedLength, values, name),
  };
}

/** Structures of equal length, one after the other, without a length of their own. */
function listKind<T extends Fields>(name: string, length: number, fields: T): LogValueKind<readonly FieldValues<T>[]> {
  return {
    decode(value) {
      if (value.length % length !== 0) return undefined;
      const starts = Array.from({ length: value.length / length }, (_, index) => index * length);
      return starts.map((start) => decodeFields(fields, value.subarray(start, start + length), name));
    },
    encode: (list) => concatBytes(...list.map((values) => encodeFields(fields, length, values, name))),
  };
}

/** Hours of motion for each kind of medium (page 14, parameter 1000h). */
export const MEDIUM_TYPE_HOURS = listKind('medium motion hours', 8, {
  densityCode: uint(2, 1),
  mediumType: uint(3, 1),
  hours: count(4, 4),
});

/** The drives that mounted the volume, latest first (page 17, parameter 0300h). */
export const MOUNT_HISTORY = listKind('mount history', 44, {
  index: uint(2, 2),
  vendor: ascii(4, 8),
  serialNumber: ascii(12, 32),
});
