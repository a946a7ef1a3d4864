import { MalformedResponseError } from '../../errors/index.js';
import { ascii, bits, count, decodeFields, encodeFields, type FieldValues, flag, uint } from '../wire/layout.js';
import { assertLogPage, encodeLogPage, type LogPage } from './page.js';

/** Where the fields of one entry lie within its parameter value (SSC-5, tape diagnostic data log page). */
const ENTRY = {
  densityCode: uint(2, 1),
  mediumType: uint(3, 1),
  /** Hours of motion in the life of the drive. */
  motionHours: count(4, 4),
  repeated: flag(9, 7),
  senseKey: bits(9, 3, 0),
  asc: uint(10, 1),
  ascq: uint(11, 1),
  vendorCodeQualifier: uint(12, 4),
  productRevision: uint(16, 4),
  hoursSinceCleaning: count(20, 4),
  operationCode: uint(24, 1),
  serviceAction: bits(25, 4, 0),
  mediumId: ascii(28, 32),
  timestampOrigin: bits(60, 3, 0),
  /** Milliseconds; `timestampOrigin` says from when (see timestamp.ts). */
  timestamp: count(62, 6),
};
const ENTRY_LENGTH = 68;

/** One recorded error of the drive; entries come newest first. */
export type DiagnosticEntry = FieldValues<typeof ENTRY>;

export const TAPE_DIAGNOSTIC_DATA = { page: 0x16, subpage: 0, name: 'Tape diagnostic data' } as const;

/** The complete entries. Throws MalformedResponseError for another page, and if no entry is complete. */
export function decodeDiagnosticData(page: LogPage): DiagnosticEntry[] {
  assertLogPage(page, TAPE_DIAGNOSTIC_DATA);
  const whole = page.parameters.filter(({ value }) => value.length >= ENTRY_LENGTH);
  if (whole.length === 0 && page.parameters.length > 0) {
    throw new MalformedResponseError(`${TAPE_DIAGNOSTIC_DATA.name}: no entry is whole`);
  }
  return whole.map(({ value }) => decodeFields(ENTRY, value, TAPE_DIAGNOSTIC_DATA.name));
}

export function encodeDiagnosticData(entries: readonly DiagnosticEntry[]): Uint8Array {
  const parameters = entries.map((entry, code) => ({
    code,
    control: 0x03,
    value: encodeFields(ENTRY, ENTRY_LENGTH, entry, TAPE_DIAGNOSTIC_DATA.name),
  }));
  return encodeLogPage({ ...TAPE_DIAGNOSTIC_DATA, disableSave: false, parameters });
}
