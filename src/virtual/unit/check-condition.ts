import { MalformedResponseError } from '../../errors/index.js';
import type { SenseFields } from '../../scsi/index.js';

/** Thrown by a command, and answered to the initiator: status CHECK CONDITION. It never leaves the device server. */
export class CheckCondition {
  readonly sense: SenseFields;
  /** Data transferred despite the error. */
  readonly dataIn: Uint8Array | undefined;

  constructor(sense: SenseFields, dataIn?: Uint8Array) {
    this.sense = sense;
    this.dataIn = dataIn;
  }
}

/** Thrown by a command that a reservation forbids: status RESERVATION CONFLICT. */
export class ReservationConflict {}

/** Key, additional sense code and qualifier, in the notation of the trade: `sense('8/00/05')`. */
export function sense(codes: string, more: Partial<SenseFields> = {}): SenseFields {
  const [key = 0, asc = 0, ascq = 0] = codes.split('/').map((code) => Number.parseInt(code, 16));
  return { key, asc, ascq, ...more };
}

/** ILLEGAL REQUEST, invalid field in CDB, with the field's first byte. */
export function invalidFieldInCdb(byte: number): CheckCondition {
  return new CheckCondition(sense('5/24/00', { field: { inCdb: true, byte } }));
}

/** ILLEGAL REQUEST, invalid field in parameter list, with the field's first byte. */
export function invalidFieldInParameterList(byte: number): CheckCondition {
  return new CheckCondition(sense('5/26/00', { field: { inCdb: false, byte } }));
}

/** Decodes a parameter list. Throws CheckCondition if it is malformed. */
export function readList<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedResponseError) throw invalidFieldInParameterList(0);
    throw error;
  }
}

/** The INFORMATION field of fixed format has 32 bits; a larger value is omitted (SPC-5 4.5.3). */
export function residual(count: number): Partial<SenseFields> {
  return Math.abs(count) <= 0x7fffffff ? { information: count } : {};
}
