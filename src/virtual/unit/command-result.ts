import { encodeSense, type SenseFields } from '../../scsi/index.js';

/** SCSI status bytes that a logical unit gives. */
export const STATUS = { good: 0x00, checkCondition: 0x02, reservationConflict: 0x18 } as const;

/** A logical unit's answer to one command. */
export interface CommandResult {
  readonly status: number;
  /** Fixed format; empty with GOOD. */
  readonly sense: Uint8Array;
  readonly dataIn: Uint8Array;
}

const NOTHING = new Uint8Array(0);

export function good(dataIn: Uint8Array = NOTHING): CommandResult {
  return { status: STATUS.good, sense: NOTHING, dataIn };
}

export function checkCondition(fields: SenseFields, dataIn: Uint8Array = NOTHING): CommandResult {
  return { status: STATUS.checkCondition, sense: encodeSense(fields), dataIn };
}

export function reservationConflict(): CommandResult {
  return { status: STATUS.reservationConflict, sense: NOTHING, dataIn: NOTHING };
}
