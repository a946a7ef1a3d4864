import { ByteReader, concatBytes } from '../wire/bytes.js';
import { type CdbLayout, commandWithDataIn } from '../wire/cdb.js';
import type { ScsiCommand } from '../wire/command.js';
import { decodeFields, encodeFields, flag, uint } from '../wire/layout.js';

// READ END OF WRAP POSITION (IBM: MAINTENANCE IN with service action qualifier 45h) tells on which wrap a logical
// object is recorded. IBM LTO-7 and later; drives of other vendors differ.

/** Where a wrap ends. */
export interface WrapEnd {
  readonly wrap: number;
  readonly partition: number;
  /** Logical object number at the end of the wrap; for the last wrap with data, that of the end of data. */
  readonly logicalObject: number;
}

const NAME = 'READ END OF WRAP POSITION';
/** Service action qualifier, byte 2 of the CDB. */
export const END_OF_WRAP_QUALIFIER = 0x45;

export const READ_END_OF_WRAP_POSITION = {
  name: NAME,
  length: 12,
  fields: {
    qualifier: uint(2, 1),
    /** RA: report all. */
    reportAll: flag(3, 1),
    /** WNV: the wrap number is valid. */
    wrapNumberValid: flag(3, 0),
    wrap: uint(5, 1),
    allocationLength: uint(6, 4),
  },
} as const satisfies CdbLayout;

const HEADER = { length: uint(0, 2) };
const HEADER_LENGTH = 4;
/** The length field counts what follows it. */
const AFTER_LENGTH = 2;
const END = { wrap: uint(0, 2), partition: uint(2, 2), logicalObject: uint(6, 6) };
const END_LENGTH = 12;
/** The most that the 16-bit length field allows; LTO-9 has 280 wraps. */
const MOST = HEADER_LENGTH + END_LENGTH * 1024;

/** Requests the ends of all wraps with data; decode the data with `decodeWrapEnds`. */
export function readEndOfWrapPosition(): ScsiCommand {
  const values = { qualifier: END_OF_WRAP_QUALIFIER, reportAll: true, allocationLength: MOST };
  return commandWithDataIn(READ_END_OF_WRAP_POSITION, values, MOST);
}

/**
 * Decodes the ends of wraps, in the order the drive reports them. Throws MalformedResponseError for a truncated list.
 * Object numbers have 48 bits.
 */
export function decodeWrapEnds(bytes: Uint8Array): WrapEnd[] {
  const { length } = decodeFields(HEADER, bytes, NAME);
  const reader = new ByteReader(bytes, NAME);
  const list = reader.bytes(HEADER_LENGTH, Math.max(0, length + AFTER_LENGTH - HEADER_LENGTH));
  if (list.length % END_LENGTH !== 0) throw reader.malformed('the last wrap is cut off');
  return Array.from({ length: list.length / END_LENGTH }, (_, at) =>
    decodeFields(END, list.subarray(at * END_LENGTH), NAME),
  );
}

export function encodeWrapEnds(ends: readonly WrapEnd[]): Uint8Array {
  const list = ends.map((end) => encodeFields(END, END_LENGTH, { ...end }, NAME));
  const length = HEADER_LENGTH - AFTER_LENGTH + END_LENGTH * ends.length;
  return concatBytes(encodeFields(HEADER, HEADER_LENGTH, { length }, NAME), ...list);
}
