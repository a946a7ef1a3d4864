import { count, decodeFields, encodeFields, type FieldValues, flag, uint } from '../wire/layout.js';
import { READ_POSITION_FORM } from './position.js';

// READ POSITION data (SSC-5). Values that the drive marks as unknown are left out.

/** Long form. */
export interface LongPosition {
  readonly beginningOfPartition: boolean;
  readonly endOfPartition: boolean;
  /** Beyond programmable early warning. */
  readonly beyondEarlyWarning: boolean;
  /** Partition; unknown together with the logical object (LONU). */
  readonly partition?: number;
  /** Number of logical objects (blocks and filemarks) between the beginning of the partition and here. */
  readonly logicalObject?: number;
  /** Number of filemarks between the beginning of the partition and here; unknown with MPU. */
  readonly logicalFile?: number;
}

/** Short and extended form. */
export interface BufferPosition {
  readonly beginningOfPartition: boolean;
  readonly endOfPartition: boolean;
  /** Beyond programmable early warning. */
  readonly beyondEarlyWarning: boolean;
  /** A position does not fit its field (PERR): use another form. */
  readonly overflow: boolean;
  readonly partition?: number;
  /** Next logical object between host and buffer. */
  readonly firstObject?: number;
  /** Next logical object between buffer and medium: all before it are on the medium. */
  readonly lastObject?: number;
  readonly objectsInBuffer?: number;
  readonly bytesInBuffer?: number;
}

const LONG = {
  beginningOfPartition: flag(0, 7),
  endOfPartition: flag(0, 6),
  markUnknown: flag(0, 3),
  objectUnknown: flag(0, 2),
  beyondEarlyWarning: flag(0, 0),
  partition: uint(4, 4),
  logicalObject: count(8, 8),
  logicalFile: count(16, 8),
};

export function decodeLongPosition(bytes: Uint8Array): LongPosition {
  const { markUnknown, objectUnknown, partition, logicalObject, logicalFile, ...flags } = decodeFields(
    LONG,
    bytes,
    'READ POSITION, long form',
  );
  return {
    ...flags,
    ...(!objectUnknown && logicalObject !== undefined && { partition, logicalObject }),
    ...(!markUnknown && logicalFile !== undefined && { logicalFile }),
  };
}

export function encodeLongPosition(position: LongPosition): Uint8Array {
  const markUnknown = position.logicalFile === undefined;
  const objectUnknown = position.logicalObject === undefined;
  const values = { ...position, markUnknown, objectUnknown };
  return encodeFields(LONG, READ_POSITION_FORM.long.length, values, 'READ POSITION, long form');
}

const BUFFER_FLAGS = {
  beginningOfPartition: flag(0, 7),
  endOfPartition: flag(0, 6),
  objectCountUnknown: flag(0, 5),
  byteCountUnknown: flag(0, 4),
  locationUnknown: flag(0, 2),
  overflow: flag(0, 1),
  beyondEarlyWarning: flag(0, 0),
  partition: uint(1, 1),
};

const SHORT = {
  ...BUFFER_FLAGS,
  firstObject: uint(4, 4),
  lastObject: uint(8, 4),
  objectsInBuffer: uint(13, 3),
  bytesInBuffer: uint(16, 4),
};

const EXTENDED = {
  ...BUFFER_FLAGS,
  additionalLength: uint(2, 2),
  objectsInBuffer: uint(5, 3),
  firstObject: count(8, 8),
  lastObject: count(16, 8),
  bytesInBuffer: count(24, 8),
};

export function decodeShortPosition(bytes: Uint8Array): BufferPosition {
  return known(decodeFields(SHORT, bytes, 'READ POSITION, short form'));
}

export function decodeExtendedPosition(bytes: Uint8Array): BufferPosition {
  const { additionalLength: _, ...values } = decodeFields(EXTENDED, bytes, 'READ POSITION, extended form');
  return known(values);
}

/** Throws InvalidArgumentError for a position that does not fit 32 bits: set `overflow` without objects instead. */
export function encodeShortPosition(position: BufferPosition): Uint8Array {
  return encodeFields(SHORT, READ_POSITION_FORM.short.length, unknownFlags(position), 'READ POSITION, short form');
}

export function encodeExtendedPosition(position: BufferPosition): Uint8Array {
  const { length } = READ_POSITION_FORM.extended;
  const values = { ...unknownFlags(position), additionalLength: length - 4 };
  return encodeFields(EXTENDED, length, values, 'READ POSITION, extended form');
}

interface UnknownFlags {
  readonly objectCountUnknown: boolean;
  readonly byteCountUnknown: boolean;
  readonly locationUnknown: boolean;
}

function known(values: Omit<FieldValues<typeof EXTENDED>, 'additionalLength'>): BufferPosition {
  const { objectCountUnknown, byteCountUnknown, locationUnknown, ...position } = values;
  const { partition, firstObject, lastObject, objectsInBuffer, bytesInBuffer, ...flags } = position;
  return {
    ...flags,
    ...(!locationUnknown && !flags.overflow && { partition, ...told({ firstObject, lastObject }) }),
    ...(!objectCountUnknown && { objectsInBuffer }),
    ...(!byteCountUnknown && told({ bytesInBuffer })),
  };
}

/** Those members that are not undefined. */
function told<K extends string>(members: Readonly<Record<K, number | undefined>>): { readonly [N in K]?: number } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<
    Record<K, number>
  >;
}

function unknownFlags(position: BufferPosition): BufferPosition & UnknownFlags {
  return {
    ...position,
    objectCountUnknown: position.objectsInBuffer === undefined,
    byteCountUnknown: position.bytesInBuffer === undefined,
    locationUnknown: position.firstObject === undefined && !position.overflow,
  };
}
