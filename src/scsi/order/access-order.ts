import { ByteReader, concatBytes } from '../wire/bytes.js';
import { type CdbLayout, commandWithDataIn, commandWithDataOut } from '../wire/cdb.js';
import type { ScsiCommand } from '../wire/command.js';
import { bits, decodeFields, encodeFields, flag, hex, uint, uint64 } from '../wire/layout.js';

// Recommended access order (SSC-5 6.5, 7.8): the drive sorts places on the tape into the fastest order of visits.
// Drives: LTO-9 full height and later, IBM TS11xx, Oracle T10000.

/** Values of PROCESS. */
export const ACCESS_ORDER_PROCESS = { estimate: 1, reorder: 2 } as const;
/** Values of UDS TYPE. */
export const SEGMENT_TYPE = { plain: 0, withGeometry: 1 } as const;

/** User data segment descriptor: a range of logical objects that is read. */
export interface UserDataSegment {
  /** Chosen by the host, 10 bytes in hex. */
  readonly name: string;
  readonly partition: number;
  readonly firstObject: number;
  readonly lastObject: number;
}

export const GENERATE_ACCESS_ORDER = {
  name: 'GENERATE RECOMMENDED ACCESS ORDER',
  length: 12,
  fields: { process: bits(2, 2, 0), segmentType: bits(3, 2, 0), parameterListLength: uint(6, 4) },
} as const satisfies CdbLayout;

export const RECEIVE_ACCESS_ORDER = {
  name: 'RECEIVE RECOMMENDED ACCESS ORDER',
  length: 12,
  fields: {
    /** UDS_LIMITS: requests the limits of a list instead of the list. */
    limits: flag(1, 7),
    listOffset: uint(2, 4),
    allocationLength: uint(6, 4),
    segmentType: bits(10, 2, 0),
  },
} as const satisfies CdbLayout;

const GENERATE = GENERATE_ACCESS_ORDER.name;
const RECEIVE = RECEIVE_ACCESS_ORDER.name;
const HEADER = { process: bits(0, 2, 0), status: bits(1, 2, 0), length: uint(4, 4) };
const HEADER_LENGTH = 8;
const SEGMENT = {
  length: uint(0, 2),
  name: hex(5, 10),
  partition: uint(15, 1),
  firstObject: uint64(16),
  lastObject: uint64(24),
};
const SEGMENT_LENGTH = 32;
/** Bytes of geometry that follow a segment of the type with geometry. */
const GEOMETRY_LENGTH = 20;
/** The length field counts what follows it. */
const AFTER_LENGTH = 2;
const LIMITS = { segments: uint(0, 2), segmentLength: uint(2, 2) };
const LIMITS_LENGTH = 4;

/** Asks the drive to order these segments; `receiveAccessOrder` fetches the result. No segments: clears the list. */
export function generateAccessOrder(segments: readonly UserDataSegment[]): ScsiCommand {
  const dataOut = segments.length === 0 ? new Uint8Array(0) : encodeSegments(segments, GENERATE);
  const values = { process: ACCESS_ORDER_PROCESS.reorder, parameterListLength: dataOut.length };
  return commandWithDataOut(GENERATE_ACCESS_ORDER, values, dataOut);
}

/** The ordered list of up to `segments` segments; decode the data with `decodeAccessOrder`. */
export function receiveAccessOrder(segments: number): ScsiCommand {
  const allocationLength = HEADER_LENGTH + segments * (SEGMENT_LENGTH + GEOMETRY_LENGTH);
  return commandWithDataIn(RECEIVE_ACCESS_ORDER, { allocationLength }, allocationLength);
}

/** Requests the limits of a list; decode the data with `decodeAccessOrderLimits`. */
export function receiveAccessOrderLimits(): ScsiCommand {
  return commandWithDataIn(RECEIVE_ACCESS_ORDER, { limits: true, allocationLength: LIMITS_LENGTH }, LIMITS_LENGTH);
}

/** Limits of a list: the number of segments, and the bytes of each in the returned data. */
export interface AccessOrderLimits {
  readonly segments: number;
  readonly segmentLength: number;
}

export function decodeAccessOrderLimits(bytes: Uint8Array): AccessOrderLimits {
  return decodeFields(LIMITS, bytes, RECEIVE);
}

export function encodeAccessOrderLimits(limits: AccessOrderLimits): Uint8Array {
  return encodeFields(LIMITS, LIMITS_LENGTH, { ...limits }, RECEIVE);
}

/** Data returned for `receiveAccessOrder`. */
export function encodeAccessOrder(segments: readonly UserDataSegment[]): Uint8Array {
  return encodeSegments(segments, RECEIVE, ACCESS_ORDER_PROCESS.reorder);
}

/**
 * Decodes the segments of a list of either command, in the order of the list. Throws MalformedResponseError if the list
 * or a segment is truncated.
 */
export function decodeAccessOrder(bytes: Uint8Array): UserDataSegment[] {
  const { length } = decodeFields(HEADER, bytes, RECEIVE);
  const list = new ByteReader(bytes, RECEIVE).bytes(HEADER_LENGTH, length);
  const segments: UserDataSegment[] = [];
  for (let at = 0; at < list.length; ) {
    const { length: rest, ...segment } = decodeFields(SEGMENT, list.subarray(at), RECEIVE);
    const size = AFTER_LENGTH + rest;
    const reader = new ByteReader(list, RECEIVE);
    if (size < SEGMENT_LENGTH) throw reader.malformed(`a segment of ${size} bytes`);
    reader.bytes(at, size);
    segments.push(segment);
    at += size;
  }
  return segments;
}

function encodeSegments(segments: readonly UserDataSegment[], what: string, process = 0): Uint8Array {
  const length = segments.length * SEGMENT_LENGTH;
  const list = segments.map((segment) =>
    encodeFields(SEGMENT, SEGMENT_LENGTH, { ...segment, length: SEGMENT_LENGTH - AFTER_LENGTH }, what),
  );
  return concatBytes(encodeFields(HEADER, HEADER_LENGTH, { process, length }, what), ...list);
}
