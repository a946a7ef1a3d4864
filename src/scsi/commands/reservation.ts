import { ByteReader, concatBytes, toHex } from '../wire/bytes.js';
import { type CdbLayout, commandWithDataIn, commandWithDataOut } from '../wire/cdb.js';
import type { ScsiCommand } from '../wire/command.js';
import { bits, decodeFields, encodeFields, type FieldValues, flag, hex, uint } from '../wire/layout.js';
import { sizeByHeader, splitStructures } from '../wire/structures.js';

/** TYPE of a persistent reservation (SPC-5). */
export const RESERVATION_TYPE = {
  writeExclusive: 1,
  exclusiveAccess: 3,
  writeExclusiveRegistrantsOnly: 5,
  exclusiveAccessRegistrantsOnly: 6,
  writeExclusiveAllRegistrants: 7,
  exclusiveAccessAllRegistrants: 8,
} as const;

export const PERSISTENT_RESERVE_IN_ACTION = {
  readKeys: 0,
  readReservation: 1,
  reportCapabilities: 2,
  readFullStatus: 3,
} as const;

export const PERSISTENT_RESERVE_OUT_ACTION = {
  register: 0,
  reserve: 1,
  release: 2,
  clear: 3,
  preempt: 4,
  preemptAndAbort: 5,
  registerAndIgnoreExistingKey: 6,
  registerAndMove: 7,
} as const;

export const PERSISTENT_RESERVE_IN = {
  name: 'PERSISTENT RESERVE IN',
  length: 10,
  fields: { serviceAction: bits(1, 4, 0), allocationLength: uint(7, 2) },
} as const satisfies CdbLayout;

/** `serviceAction` of `PERSISTENT_RESERVE_IN_ACTION`. */
export function persistentReserveIn(serviceAction: number, allocationLength = 0x2000): ScsiCommand {
  return commandWithDataIn(PERSISTENT_RESERVE_IN, { serviceAction, allocationLength }, allocationLength);
}

const PERSISTENT_RESERVE = 'PERSISTENT RESERVE';
const LIST_HEADER = { generation: uint(0, 4), length: uint(4, 4) };
const LIST_HEADER_LENGTH = 8;
const KEY_LENGTH = 8;
/** Reservation key of an unregistered initiator. */
export const NO_RESERVATION_KEY = '0'.repeat(2 * KEY_LENGTH);

export interface ReservationKeys {
  /** PRGENERATION: increases with every change of the registrations. */
  readonly generation: number;
  /** One key for each registered path, 16 hex digits; a key may occur more than once. */
  readonly keys: readonly string[];
  /** The allocation length truncated the list. */
  readonly truncated: boolean;
}

export function decodeReservationKeys(bytes: Uint8Array): ReservationKeys {
  const { whole, ...header } = splitList(bytes, () => KEY_LENGTH);
  return { ...header, keys: whole.map(toHex) };
}

export function encodeReservationKeys({ generation, keys }: Omit<ReservationKeys, 'truncated'>): Uint8Array {
  const key = { key: hex(0, KEY_LENGTH) };
  return joinList(
    generation,
    concatBytes(...keys.map((each) => encodeFields(key, KEY_LENGTH, { key: each }, PERSISTENT_RESERVE))),
  );
}

export interface ReservationHolder {
  /** 16 hex digits; zeros for a reservation of type "all registrants". */
  readonly key: string;
  /** 0: the logical unit. */
  readonly scope: number;
  /** One of `RESERVATION_TYPE`. */
  readonly type: number;
}

export interface Reservation {
  readonly generation: number;
  /** Absent if the device is not reserved. */
  readonly holder?: ReservationHolder;
}

const HOLDER = { key: hex(0, KEY_LENGTH), scope: bits(13, 7, 4), type: bits(13, 3, 0) };
const HOLDER_LENGTH = 16;

export function decodeReservation(bytes: Uint8Array): Reservation {
  const { generation, length } = decodeFields(LIST_HEADER, bytes, PERSISTENT_RESERVE);
  if (length === 0) return { generation };
  return { generation, holder: decodeFields(HOLDER, bytes.subarray(LIST_HEADER_LENGTH), PERSISTENT_RESERVE) };
}

export function encodeReservation({ generation, holder }: Reservation): Uint8Array {
  return joinList(
    generation,
    holder ? encodeFields(HOLDER, HOLDER_LENGTH, holder, PERSISTENT_RESERVE) : new Uint8Array(0),
  );
}

const CAPABILITIES = {
  length: uint(0, 2),
  replaceLostReservation: flag(2, 7),
  compatibleReservationHandling: flag(2, 4),
  specifyInitiatorPorts: flag(2, 3),
  allTargetPorts: flag(2, 2),
  /** PTPL_C: registrations can persist through power loss. */
  persistThroughPowerLossCapable: flag(2, 0),
  typeMaskValid: flag(3, 7),
  allowCommands: bits(3, 6, 4),
  /** PTPL_A: registrations persist through power loss. */
  persistThroughPowerLossActive: flag(3, 0),
  writeExclusiveAllRegistrants: flag(4, 7),
  exclusiveAccessRegistrantsOnly: flag(4, 6),
  writeExclusiveRegistrantsOnly: flag(4, 5),
  exclusiveAccess: flag(4, 3),
  writeExclusive: flag(4, 1),
  exclusiveAccessAllRegistrants: flag(5, 0),
};
const CAPABILITIES_LENGTH = 8;

/** Reservation capabilities; the last six fields are the supported types, if `typeMaskValid`. */
export type ReservationCapabilities = Omit<FieldValues<typeof CAPABILITIES>, 'length'>;

export function decodeReservationCapabilities(bytes: Uint8Array): ReservationCapabilities {
  const { length: _, ...capabilities } = decodeFields(CAPABILITIES, bytes, PERSISTENT_RESERVE);
  return capabilities;
}

export function encodeReservationCapabilities(capabilities: Partial<ReservationCapabilities>): Uint8Array {
  const fields = { ...capabilities, length: CAPABILITIES_LENGTH };
  return encodeFields(CAPABILITIES, CAPABILITIES_LENGTH, fields, PERSISTENT_RESERVE);
}

const REGISTRATION = {
  key: hex(0, KEY_LENGTH),
  allTargetPorts: flag(12, 1),
  holder: flag(12, 0),
  scope: bits(13, 7, 4),
  type: bits(13, 3, 0),
  relativeTargetPort: uint(18, 2),
  transportIdLength: uint(20, 4),
};
const REGISTRATION_LENGTH = 24;

/** One registered path of READ FULL STATUS. */
export type Registration = Omit<FieldValues<typeof REGISTRATION>, 'transportIdLength'> & {
  /** TransportID of the initiator port, raw. */
  readonly transportId: Uint8Array;
};

export interface ReservationStatus {
  readonly generation: number;
  readonly registrations: readonly Registration[];
  readonly truncated: boolean;
}

/** Throws MalformedResponseError if a complete list has no complete descriptor. */
export function decodeReservationStatus(bytes: Uint8Array): ReservationStatus {
  const { whole, ...header } = splitList(bytes, sizeOfRegistration);
  return { ...header, registrations: whole.map(decodeRegistration) };
}

const sizeOfRegistration = sizeByHeader(REGISTRATION_LENGTH, (header) => header.readUInt32BE(20));

function decodeRegistration(descriptor: Uint8Array): Registration {
  const { transportIdLength, ...fields } = decodeFields(REGISTRATION, descriptor, PERSISTENT_RESERVE);
  const reader = new ByteReader(descriptor, PERSISTENT_RESERVE);
  return { ...fields, transportId: reader.bytes(REGISTRATION_LENGTH, transportIdLength) };
}

export function encodeReservationStatus({
  generation,
  registrations,
}: Omit<ReservationStatus, 'truncated'>): Uint8Array {
  return joinList(generation, concatBytes(...registrations.flatMap(encodeRegistration)));
}

function encodeRegistration({ transportId, ...fields }: Registration): Uint8Array[] {
  const values = { ...fields, transportIdLength: transportId.length };
  return [encodeFields(REGISTRATION, REGISTRATION_LENGTH, values, PERSISTENT_RESERVE), transportId];
}

export const PERSISTENT_RESERVE_OUT = {
  name: 'PERSISTENT RESERVE OUT',
  length: 10,
  fields: { serviceAction: bits(1, 4, 0), scope: bits(2, 7, 4), type: bits(2, 3, 0), parameterListLength: uint(5, 4) },
} as const satisfies CdbLayout;

const OUT_LIST = {
  reservationKey: hex(0, KEY_LENGTH),
  serviceActionKey: hex(8, KEY_LENGTH),
  specifyInitiatorPorts: flag(20, 3),
  allTargetPorts: flag(20, 2),
  /** APTPL. */
  activatePersistThroughPowerLoss: flag(20, 0),
};
const OUT_LIST_LENGTH = 24;

/** Parameter list of every service action but REGISTER AND MOVE. */
export type ReserveOutParameters = FieldValues<typeof OUT_LIST>;

const MOVE_LIST = {
  reservationKey: hex(0, KEY_LENGTH),
  serviceActionKey: hex(8, KEY_LENGTH),
  unregister: flag(17, 1),
  activatePersistThroughPowerLoss: flag(17, 0),
  relativeTargetPort: uint(18, 2),
  transportIdLength: uint(20, 4),
};

/** Parameter list of REGISTER AND MOVE. */
export type RegisterAndMoveParameters = Omit<FieldValues<typeof MOVE_LIST>, 'transportIdLength'> & {
  readonly transportId: Uint8Array;
};

/** `serviceAction` of `PERSISTENT_RESERVE_OUT_ACTION`, `type` of `RESERVATION_TYPE` (0 where the action has none). */
export function persistentReserveOut(
  serviceAction: number,
  type: number,
  parameters: Partial<ReserveOutParameters>,
): ScsiCommand {
  return reserveOut(serviceAction, type, encodeFields(OUT_LIST, OUT_LIST_LENGTH, parameters, PERSISTENT_RESERVE));
}

export function registerAndMove(type: number, { transportId, ...parameters }: RegisterAndMoveParameters): ScsiCommand {
  const values = { ...parameters, transportIdLength: transportId.length };
  const list = concatBytes(encodeFields(MOVE_LIST, OUT_LIST_LENGTH, values, PERSISTENT_RESERVE), transportId);
  return reserveOut(PERSISTENT_RESERVE_OUT_ACTION.registerAndMove, type, list);
}

export function decodeReserveOutParameters(list: Uint8Array): ReserveOutParameters {
  return decodeFields(OUT_LIST, list, PERSISTENT_RESERVE);
}

export function decodeRegisterAndMoveParameters(list: Uint8Array): RegisterAndMoveParameters {
  const { transportIdLength, ...fields } = decodeFields(MOVE_LIST, list, PERSISTENT_RESERVE);
  const transportId = new ByteReader(list, PERSISTENT_RESERVE).bytes(OUT_LIST_LENGTH, transportIdLength);
  return { ...fields, transportId };
}

function reserveOut(serviceAction: number, type: number, list: Uint8Array): ScsiCommand {
  return commandWithDataOut(PERSISTENT_RESERVE_OUT, { serviceAction, type, parameterListLength: list.length }, list);
}

/** Splits the complete structures of a list. Throws MalformedResponseError if a complete list has none. */
function splitList(bytes: Uint8Array, sizeOf: (rest: Uint8Array) => number | undefined) {
  const { generation, length } = decodeFields(LIST_HEADER, bytes, PERSISTENT_RESERVE);
  const { whole, cut } = splitStructures(bytes, LIST_HEADER_LENGTH, length, sizeOf);
  const truncated = LIST_HEADER_LENGTH + length > bytes.length;
  if (!cut || truncated || whole.length > 0) return { generation, truncated, whole };
  throw new ByteReader(bytes, PERSISTENT_RESERVE).malformed('nothing in the list is whole');
}

function joinList(generation: number, body: Uint8Array): Uint8Array {
  const header = encodeFields(LIST_HEADER, LIST_HEADER_LENGTH, { generation, length: body.length }, PERSISTENT_RESERVE);
  return concatBytes(header, body);
}
