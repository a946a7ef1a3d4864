import {
  commandName,
  decodeCdb,
  decodeReserveOutParameters,
  encodeReservation,
  encodeReservationCapabilities,
  encodeReservationKeys,
  encodeReservationStatus,
  NO_RESERVATION_KEY,
  PERSISTENT_RESERVE_IN,
  PERSISTENT_RESERVE_IN_ACTION,
  PERSISTENT_RESERVE_OUT,
  PERSISTENT_RESERVE_OUT_ACTION,
  RESERVATION_TYPE,
  type ReserveOutParameters,
} from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import {
  endIsTold,
  fieldOf,
  isForAll,
  isHolder,
  keyOf,
  preempted,
  type ReservationState,
  registered,
} from '../drive/reservation-state.js';
import {
  CheckCondition,
  invalidFieldInCdb,
  invalidFieldInParameterList,
  ReservationConflict,
  readList,
  sense,
} from '../unit/check-condition.js';
import type { Request } from '../unit/command.js';
import { type Nexus, REGISTRATIONS_PREEMPTED, RESERVATIONS_PREEMPTED, RESERVATIONS_RELEASED } from '../unit/nexus.js';

// Persistent reservations (SPC-5 5.14) among the initiators of the drive.

const LOGICAL_UNIT_SCOPE = 0;
const TYPES: readonly number[] = Object.values(RESERVATION_TYPE);
const PORT = 1;

/** PERSISTENT RESERVE IN */
export function persistentReserveIn(drive: Drive, { cdb }: Request): Uint8Array {
  const { serviceAction, allocationLength } = decodeCdb(PERSISTENT_RESERVE_IN, cdb);
  return report(drive.memory.reservation, serviceAction).subarray(0, allocationLength);
}

function report(state: ReservationState, serviceAction: number): Uint8Array {
  const { readKeys, readReservation, reportCapabilities, readFullStatus } = PERSISTENT_RESERVE_IN_ACTION;
  const { generation, registrations, holder } = state;
  switch (serviceAction) {
    case readKeys:
      return encodeReservationKeys({ generation, keys: registrations.map(({ key }) => fieldOf(key)) });
    case readReservation: {
      if (holder === undefined) return encodeReservation({ generation });
      const key = (isForAll(state) ? undefined : keyOf(state, holder.nexus)) ?? NO_RESERVATION_KEY;
      return encodeReservation({ generation, holder: { key, scope: LOGICAL_UNIT_SCOPE, type: holder.type } });
    }
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
        registrations: registrations.map(({ nexus, key }) => ({
          key: fieldOf(key),
          allTargetPorts: false,
          holder: isHolder(state, nexus),
          scope: LOGICAL_UNIT_SCOPE,
          type: isHolder(state, nexus) ? (holder?.type ?? 0) : 0,
          relativeTargetPort: PORT,
          transportId: transportId(nexus),
        })),
      });
    default:
      throw invalidFieldInCdb(1);
  }
}

const LEAST_TRANSPORT_ID = 24;
/** FORMAT CODE 01b, protocol identifier of iSCSI. */
const ISCSI_PORT_NAME = 0x45;

/** The TransportID of an iSCSI initiator port (SPC-5 7.6.4.6); zeros for the local nexus, which has no transport. */
function transportId(nexus: Nexus): Uint8Array {
  if (!nexus.includes(',i,0x')) return new Uint8Array(LEAST_TRANSPORT_ID);
  const padded = Math.ceil((nexus.length + 1) / 4) * 4;
  const bytes = Buffer.alloc(Math.max(LEAST_TRANSPORT_ID, 4 + padded));
  bytes.writeUInt8(ISCSI_PORT_NAME, 0);
  bytes.writeUInt16BE(bytes.length - 4, 2);
  bytes.write(nexus, 4, 'latin1');
  return bytes;
}

/** PERSISTENT RESERVE OUT */
export async function persistentReserveOut(drive: Drive, request: Request): Promise<undefined> {
  const { cdb, dataOut, nexus } = request;
  const { serviceAction, scope, type, parameterListLength } = decodeCdb(PERSISTENT_RESERVE_OUT, cdb);
  if (dataOut.length < parameterListLength) throw new CheckCondition(sense('5/1a/00'));
  const change = CHANGES[serviceAction];
  if (change === undefined) throw invalidFieldInCdb(1);
  const parameters = readList(() => decodeReserveOutParameters(dataOut.subarray(0, parameterListLength)));
  const { needsType = false, needsRegistration = false, ignoresKey = false, aborts = false } = change;
  if (needsType && (scope !== LOGICAL_UNIT_SCOPE || !TYPES.includes(type))) throw invalidFieldInCdb(2);
  const before = drive.memory.reservation;
  const key = keyOf(before, nexus);
  if (!ignoresKey && parameters.reservationKey !== (key ?? NO_RESERVATION_KEY)) throw new ReservationConflict();
  if (needsRegistration && key === undefined) throw new ReservationConflict();
  change.apply(drive, nexus, parameters, type);
  if (aborts) await endPreempted(drive, before, request);
}

/** Ends running commands of preempted nexuses, and their prevention of removal (SPC-5 5.14.11.2.7 and 6.19). */
async function endPreempted(drive: Drive, before: ReservationState, { nexus, abortTasks }: Request): Promise<void> {
  const gone = othersOf(before, nexus).filter((other) => keyOf(drive.memory.reservation, other) === undefined);
  for (const other of gone) drive.preventRemoval(other, false);
  await Promise.all(gone.map((other) => abortTasks?.(other)));
}

/** Whether a command is one that ends the commands of others. */
export function isPreemptAndAbort(cdb: Uint8Array): boolean {
  if (commandName(cdb) !== 'PERSISTENT RESERVE OUT' || cdb.length < PERSISTENT_RESERVE_OUT.length) return false;
  return decodeCdb(PERSISTENT_RESERVE_OUT, cdb).serviceAction === preemptAndAbort;
}

interface Change {
  readonly needsType?: boolean;
  readonly needsRegistration?: boolean;
  /** The reservation key of the parameter list is not compared. */
  readonly ignoresKey?: boolean;
  /** The commands of those that lose their registrations are aborted. */
  readonly aborts?: boolean;
  readonly apply: (drive: Drive, nexus: Nexus, parameters: ReserveOutParameters, type: number) => void;
}

const { register, reserve, release, clear, preempt, preemptAndAbort, registerAndIgnoreExistingKey } =
  PERSISTENT_RESERVE_OUT_ACTION;

/** REGISTER AND MOVE is not supported, as REPORT SUPPORTED OPERATION CODES reports. */
const CHANGES: Readonly<Record<number, Change>> = {
  [register]: { apply: setRegistration },
  [registerAndIgnoreExistingKey]: { ignoresKey: true, apply: setRegistration },
  [reserve]: { needsType: true, needsRegistration: true, apply: makeReservation },
  [release]: { needsType: true, needsRegistration: true, apply: endReservation },
  [clear]: { needsRegistration: true, apply: clearAll },
  [preempt]: { needsType: true, needsRegistration: true, apply: preemptOthers },
  [preemptAndAbort]: { needsType: true, needsRegistration: true, aborts: true, apply: preemptOthers },
};

/** The supported service actions. */
export const RESERVE_IN_ACTIONS: readonly number[] = Object.values(PERSISTENT_RESERVE_IN_ACTION);
export const RESERVE_OUT_ACTIONS: readonly number[] = Object.keys(CHANGES).map(Number);

function setRegistration({ memory, attentions }: Drive, nexus: Nexus, { serviceActionKey }: ReserveOutParameters) {
  const before = memory.reservation;
  memory.reservation = registered(before, nexus, serviceActionKey);
  const ended = before.holder !== undefined && memory.reservation.holder === undefined;
  if (!ended || !endIsTold(before)) return;
  for (const other of othersOf(memory.reservation, nexus)) attentions.raiseFor(other, RESERVATIONS_RELEASED);
}

function makeReservation({ memory }: Drive, nexus: Nexus, _parameters: ReserveOutParameters, type: number) {
  const { holder } = memory.reservation;
  if (holder === undefined) memory.reservation = { ...memory.reservation, holder: { nexus, type } };
  else if (!isHolder(memory.reservation, nexus) || holder.type !== type) throw new ReservationConflict();
}

function endReservation({ memory, attentions }: Drive, nexus: Nexus, _parameters: ReserveOutParameters, type: number) {
  const before = memory.reservation;
  if (!isHolder(before, nexus)) return;
  // SPC-5 5.14.11.2.2: releasing another type than the held one is an invalid release.
  if (before.holder?.type !== type) throw new CheckCondition(sense('5/26/04'));
  memory.reservation = { ...before, holder: undefined };
  if (!endIsTold(before)) return;
  for (const other of othersOf(before, nexus)) attentions.raiseFor(other, RESERVATIONS_RELEASED);
}

function clearAll({ memory, attentions }: Drive, nexus: Nexus) {
  const before = memory.reservation;
  memory.reservation = { generation: before.generation + 1, registrations: [] };
  for (const other of othersOf(before, nexus)) attentions.raiseFor(other, RESERVATIONS_PREEMPTED);
}

function preemptOthers(drive: Drive, nexus: Nexus, { serviceActionKey }: ReserveOutParameters, type: number) {
  const { memory, attentions } = drive;
  const before = memory.reservation;
  if (serviceActionKey === NO_RESERVATION_KEY && !isForAll(before)) throw invalidFieldInParameterList(8);
  const after = preempted(before, nexus, serviceActionKey, type);
  if (after === undefined) throw new ReservationConflict();
  memory.reservation = after;
  for (const other of othersOf(before, nexus)) {
    if (keyOf(after, other) === undefined) attentions.raiseFor(other, REGISTRATIONS_PREEMPTED);
    else if (endIsTold(before) && after.holder?.type !== before.holder?.type) {
      attentions.raiseFor(other, RESERVATIONS_RELEASED);
    }
  }
}

function othersOf({ registrations }: ReservationState, nexus: Nexus): Nexus[] {
  return registrations.map((registration) => registration.nexus).filter((other) => other !== nexus);
}
