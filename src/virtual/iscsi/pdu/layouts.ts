import { bits, type Fields, type FieldValues, flag, hex, uint } from '../../../scsi/wire/layout.js';

// The basic header segments of RFC 7143, section 11: the place of each field in their 48 bytes.

/** One kind of PDU. The same table serves both directions. */
export interface PduLayout<T extends Fields = Fields> {
  readonly name: string;
  readonly opcode: number;
  readonly fields: T;
}

/** ITT, TTT: no task. */
export const NO_TAG = 0xffffffff;

/** Fields of every header. */
export const COMMON = {
  immediate: flag(0, 6),
  opcode: bits(0, 5, 0),
  final: flag(1, 7),
  additionalHeaderWords: uint(4, 1),
  dataSegmentLength: uint(5, 3),
} satisfies Fields;

/** Fields of every request, except Data-Out and SNACK. */
export const REQUEST = {
  immediate: flag(0, 6),
  initiatorTaskTag: uint(16, 4),
  commandSequence: uint(24, 4),
  expectedStatusSequence: uint(28, 4),
} satisfies Fields;

/** Fields of every answer. */
const ANSWER = {
  final: flag(1, 7),
  initiatorTaskTag: uint(16, 4),
  statusSequence: uint(24, 4),
  expectedCommandSequence: uint(28, 4),
  maximumCommandSequence: uint(32, 4),
} satisfies Fields;

const RESIDUAL = { overflow: flag(1, 2), underflow: flag(1, 1), residual: uint(44, 4) } satisfies Fields;

export const NOP_OUT = {
  name: 'NOP-Out',
  opcode: 0x00,
  fields: { ...REQUEST, final: flag(1, 7), lun: hex(8, 8), targetTransferTag: uint(20, 4) },
} as const satisfies PduLayout;

export const SCSI_COMMAND = {
  name: 'SCSI Command',
  opcode: 0x01,
  fields: {
    ...REQUEST,
    final: flag(1, 7),
    read: flag(1, 6),
    write: flag(1, 5),
    attribute: bits(1, 2, 0),
    lun: hex(8, 8),
    expectedDataTransferLength: uint(20, 4),
  },
} as const satisfies PduLayout;

/** Where the CDB lies in the header of a SCSI Command. */
export const CDB = { offset: 32, length: 16 } as const;

export const TASK_MANAGEMENT_REQUEST = {
  name: 'Task Management Function Request',
  opcode: 0x02,
  fields: {
    ...REQUEST,
    final: flag(1, 7),
    function: bits(1, 6, 0),
    lun: hex(8, 8),
    referencedTaskTag: uint(20, 4),
    referencedCommandSequence: uint(32, 4),
  },
} as const satisfies PduLayout;

export const LOGIN_REQUEST = {
  name: 'Login Request',
  opcode: 0x03,
  fields: {
    ...REQUEST,
    transit: flag(1, 7),
    continues: flag(1, 6),
    currentStage: bits(1, 3, 2),
    nextStage: bits(1, 1, 0),
    maximumVersion: uint(2, 1),
    minimumVersion: uint(3, 1),
    sessionId: uint(8, 6),
    sessionHandle: uint(14, 2),
    connectionId: uint(20, 2),
  },
} as const satisfies PduLayout;

export const TEXT_REQUEST = {
  name: 'Text Request',
  opcode: 0x04,
  fields: {
    ...REQUEST,
    final: flag(1, 7),
    continues: flag(1, 6),
    lun: hex(8, 8),
    targetTransferTag: uint(20, 4),
  },
} as const satisfies PduLayout;

export const DATA_OUT = {
  name: 'Data-Out',
  opcode: 0x05,
  fields: {
    final: flag(1, 7),
    lun: hex(8, 8),
    initiatorTaskTag: uint(16, 4),
    targetTransferTag: uint(20, 4),
    expectedStatusSequence: uint(28, 4),
    dataSequence: uint(36, 4),
    bufferOffset: uint(40, 4),
  },
} as const satisfies PduLayout;

export const LOGOUT_REQUEST = {
  name: 'Logout Request',
  opcode: 0x06,
  fields: { ...REQUEST, final: flag(1, 7), reason: bits(1, 6, 0), connectionId: uint(20, 2) },
} as const satisfies PduLayout;

export const NOP_IN = {
  name: 'NOP-In',
  opcode: 0x20,
  fields: { ...ANSWER, lun: hex(8, 8), targetTransferTag: uint(20, 4) },
} as const satisfies PduLayout;

export const SCSI_RESPONSE = {
  name: 'SCSI Response',
  opcode: 0x21,
  fields: { ...ANSWER, ...RESIDUAL, response: uint(2, 1), status: uint(3, 1), expectedDataSequence: uint(36, 4) },
} as const satisfies PduLayout;

export const TASK_MANAGEMENT_RESPONSE = {
  name: 'Task Management Function Response',
  opcode: 0x22,
  fields: { ...ANSWER, response: uint(2, 1) },
} as const satisfies PduLayout;

export const LOGIN_RESPONSE = {
  name: 'Login Response',
  opcode: 0x23,
  fields: {
    transit: flag(1, 7),
    continues: flag(1, 6),
    currentStage: bits(1, 3, 2),
    nextStage: bits(1, 1, 0),
    maximumVersion: uint(2, 1),
    activeVersion: uint(3, 1),
    sessionId: uint(8, 6),
    sessionHandle: uint(14, 2),
    initiatorTaskTag: uint(16, 4),
    statusSequence: uint(24, 4),
    expectedCommandSequence: uint(28, 4),
    maximumCommandSequence: uint(32, 4),
    /** Class and detail. */
    status: uint(36, 2),
  },
} as const satisfies PduLayout;

export const TEXT_RESPONSE = {
  name: 'Text Response',
  opcode: 0x24,
  fields: { ...ANSWER, continues: flag(1, 6), lun: hex(8, 8), targetTransferTag: uint(20, 4) },
} as const satisfies PduLayout;

export const DATA_IN = {
  name: 'Data-In',
  opcode: 0x25,
  fields: {
    ...ANSWER,
    ...RESIDUAL,
    hasStatus: flag(1, 0),
    status: uint(3, 1),
    lun: hex(8, 8),
    targetTransferTag: uint(20, 4),
    dataSequence: uint(36, 4),
    bufferOffset: uint(40, 4),
  },
} as const satisfies PduLayout;

export const LOGOUT_RESPONSE = {
  name: 'Logout Response',
  opcode: 0x26,
  fields: { ...ANSWER, response: uint(2, 1), timeToWait: uint(40, 2), timeToRetain: uint(42, 2) },
} as const satisfies PduLayout;

export const READY_TO_TRANSFER = {
  name: 'Ready To Transfer',
  opcode: 0x31,
  fields: {
    ...ANSWER,
    lun: hex(8, 8),
    targetTransferTag: uint(20, 4),
    readySequence: uint(36, 4),
    bufferOffset: uint(40, 4),
    desiredDataTransferLength: uint(44, 4),
  },
} as const satisfies PduLayout;

export const REJECT = {
  name: 'Reject',
  opcode: 0x3f,
  fields: { ...ANSWER, reason: uint(2, 1) },
} as const satisfies PduLayout;

export type Values<L extends PduLayout> = FieldValues<L['fields']>;
