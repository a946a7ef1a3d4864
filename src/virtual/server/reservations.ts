import {
  decodeCdb,
  decodeReserveOutParameters,
  encodeReservation,
  encodeReservationCapabilities,
  encodeReservationKeys,
  encodeReservationStatus,
  PERSISTENT_RESERVE_IN,
  PERSISTENT_RESERVE_IN_ACTION,
  PERSISTENT_RESERVE_OUT,
  PERSISTENT_RESERVE_OUT_ACTION,
  RESERVATION_TYPE,
  type ReserveOutParameters,
} from '../../scsi/index.js';
import type { Drive } from '../drive.js';
import type { ReservationState } from '../drive-record.js';
import { CheckCondition, invalidFieldInCdb, ReservationConflict, readList, sense } from './check-condition.js';
import type { Request } from './command.js';

// Persistent reservations (SPC-5 5.14) of a drive that has one initiator: it can only conflict with its own key.

const LOGICAL_UNIT_SCOPE = 0;
const TYPES: readonly number[] = Object.values(RESERVATION_TYPE);
const PORT = 1;
const TRANSPORT_ID_LENGTH = 24;

/** PERSISTENT RESERVE IN */
export function persistentReserveIn(drive: Drive, { cdb }: Request): Uint8Array {
  const { serviceAction, allocationLength } = decodeCdb(PERSISTENT_RESERVE_IN, cdb);
  return report(drive.memory.reservation, serviceAction).subarray(0, allocationLength);
}

function report({ generation, key: hex, type }: ReservationState, serviceAction: number): Uint8Array {
  const { readKeys, readReservation, reportCapabilities, readFullStatus } = PERSISTENT_RESERVE_IN_ACTION;
  const key = hex === undefined ? undefined : BigInt(hex);
  switch (serviceAction) {
    case readKeys:
      return encodeReservationKeys({ generation, keys: key === undefined ? [] : [key] });
    case readReservation:
      if (key === undefined || type === undefined) return encodeReservation({ generation });
      return encodeReservation({ generation, holder: { key, scope: LOGICAL_UNIT_SCOPE, type } });
    case reportCapabilities:
      return encodeReservationCapabilities({
        typeMaskValid: true,
        writeExclusive: true,
        exclusiveAccess: true,
        writeExclusiveRegistrantsOnly: true,
        exclusiveAccessRegistrantsOnly: true,
        writeExclusiveAllRegistrants: true,
        exclusiveAccessAllRegistrants: true,
      });
    case readFullStatus:
      return encodeReservationStatus({
        generation,
        registrations: key === undefined ? [] : [registration(key, type)],
      });
    default:
      throw invalidFieldInCdb(1);
  }
}

function registration(key: bigint, type: number | undefined) {
  return {
    key,
    allTargetPorts: false,
    holder: type !== undefined,
    scope: LOGICAL_UNIT_SCOPE,
    type: type ?? 0,
    relativeTargetPort: PORT,
    transportId: new Uint8Array(TRANSPORT_ID_LENGTH),
  };
}

/** PERSISTENT RESERVE OUT */
export function persistentReserveOut({ memory }: Drive, { cdb, dataOut }: Request): undefined {
  const { serviceAction, scope, type, parameterListLength } = decodeCdb(PERSISTENT_RESERVE_OUT, cdb);
  if (dataOut.length < parameterListLength) throw new CheckCondition(sense('5/1a/00'));
  const change = CHANGES[serviceAction];
  if (change === undefined) throw invalidFieldInCdb(1);
  const parameters = readList(() => decodeReserveOutParameters(dataOut.subarray(0, parameterListLength)));
  const { needsType = false, ignoresKey = false } = change;
  if (needsType && (scope !== LOGICAL_UNIT_SCOPE || !TYPES.includes(type))) throw invalidFieldInCdb(2);
  if (!ignoresKey && parameters.reservationKey !== BigInt(memory.reservation.key ?? 0)) throw new ReservationConflict();
  if (needsType && memory.reservation.key === undefined) throw new ReservationConflict();
  memory.reservation = change.apply(memory.reservation, parameters, type);
}

interface Change {
  readonly needsType?: boolean;
  /** The reservation key of the parameter list is not compared. */
  readonly ignoresKey?: boolean;
  readonly apply: (state: ReservationState, parameters: ReserveOutParameters, type: number) => ReservationState;
}

const { register, reserve, release, clear, preempt, preemptAndAbort, registerAndIgnoreExistingKey } =
  PERSISTENT_RESERVE_OUT_ACTION;

/** REGISTER AND MOVE is missing: there is nobody to move it to. */
const CHANGES: Readonly<Record<number, Change>> = {
  [register]: { apply: registered },
  [registerAndIgnoreExistingKey]: { ignoresKey: true, apply: registered },
  [reserve]: { needsType: true, apply: reserved },
  [release]: { needsType: true, apply: released },
  [clear]: { apply: ({ generation }) => ({ generation: generation + 1 }) },
  [preempt]: { needsType: true, apply: preempted },
  [preemptAndAbort]: { needsType: true, apply: preempted },
};

function registered({ generation, type }: ReservationState, { serviceActionKey }: ReserveOutParameters) {
  if (serviceActionKey === 0n) return { generation: generation + 1 };
  return { generation: generation + 1, key: `0x${serviceActionKey.toString(16)}`, type };
}

function reserved(state: ReservationState, _parameters: ReserveOutParameters, type: number) {
  if (state.type !== undefined && state.type !== type) throw new ReservationConflict();
  return { ...state, type };
}

function released(state: ReservationState, _parameters: ReserveOutParameters, type: number) {
  // SPC-5 5.14.11.2.2: another type than the one that is held is an invalid release.
  if (state.type !== undefined && state.type !== type) throw new CheckCondition(sense('5/26/04'));
  return { ...state, type: undefined };
}

/** The only key there can be is the initiator's own: its reservation gets another type. */
function preempted(state: ReservationState, { serviceActionKey }: ReserveOutParameters, type: number) {
  if (serviceActionKey !== BigInt(state.key ?? 0)) throw new ReservationConflict();
  return { ...state, generation: state.generation + 1, type };
}
