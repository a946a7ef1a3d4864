import { type CdbLayout, commandWithDataIn, commandWithDataOut } from '../wire/cdb.js';
import type { ScsiCommand } from '../wire/command.js';
import { bits, decodeFields, encodeFields, uint } from '../wire/layout.js';

/** TIMESTAMP ORIGIN: what set the clock of the drive. */
export const TIMESTAMP_ORIGIN = { powerOn: 0, setTimestamp: 2, otherMeans: 3 } as const;

/** The drive's clock. */
export interface Timestamp {
  /** One of `TIMESTAMP_ORIGIN`; for `powerOn` the clock counts from power on or hard reset, and is no date. */
  readonly origin: number;
  /** Milliseconds since 1970-01-01 00:00 UTC; 48 bits. */
  readonly milliseconds: number;
}

const PARAMETER_DATA = { length: uint(0, 2), origin: bits(2, 2, 0), milliseconds: uint(4, 6) };
const PARAMETER_LIST = { milliseconds: uint(4, 6) };
const DATA_LENGTH = 12;

export const REPORT_TIMESTAMP = {
  name: 'REPORT TIMESTAMP',
  length: 12,
  fields: { allocationLength: uint(6, 4) },
} as const satisfies CdbLayout;

export function reportTimestamp(): ScsiCommand {
  return commandWithDataIn(REPORT_TIMESTAMP, { allocationLength: DATA_LENGTH }, DATA_LENGTH);
}

export function decodeTimestamp(bytes: Uint8Array): Timestamp {
  const { origin, milliseconds } = decodeFields(PARAMETER_DATA, bytes, 'REPORT TIMESTAMP');
  return { origin, milliseconds };
}

export function encodeTimestamp(timestamp: Timestamp): Uint8Array {
  return encodeFields(PARAMETER_DATA, DATA_LENGTH, { ...timestamp, length: DATA_LENGTH - 2 }, 'REPORT TIMESTAMP');
}

export const SET_TIMESTAMP = {
  name: 'SET TIMESTAMP',
  length: 12,
  fields: { parameterListLength: uint(6, 4) },
} as const satisfies CdbLayout;

/** Sets the clock to milliseconds since 1970-01-01 00:00 UTC. */
export function setTimestamp(milliseconds: number): ScsiCommand {
  const list = encodeFields(PARAMETER_LIST, DATA_LENGTH, { milliseconds }, 'SET TIMESTAMP');
  return commandWithDataOut(SET_TIMESTAMP, { parameterListLength: list.length }, list);
}

/** The milliseconds of a SET TIMESTAMP parameter list. */
export function decodeSetTimestamp(list: Uint8Array): number {
  return decodeFields(PARAMETER_LIST, list, 'SET TIMESTAMP').milliseconds;
}
