import { NO_RESERVATION_KEY, RESERVATION_TYPE } from '../../scsi/index.js';
import type { Nexus } from '../unit/nexus.js';

/** Registrations and the reservation of the drive (SPC-5 5.14); keys as `0x1234`. */
export interface ReservationState {
  /** PRGENERATION. */
  readonly generation: number;
  readonly registrations: readonly { readonly nexus: Nexus; readonly key: string }[];
  /** Who made the reservation, and its type; with a type for all registrants, every one of them holds it. */
  readonly holder?: { readonly nexus: Nexus; readonly type: number } | undefined;
}

export const NO_RESERVATION: ReservationState = { generation: 0, registrations: [] };

const { writeExclusive, writeExclusiveRegistrantsOnly, writeExclusiveAllRegistrants } = RESERVATION_TYPE;
const { exclusiveAccess, exclusiveAccessAllRegistrants } = RESERVATION_TYPE;
const READABLE: readonly number[] = [writeExclusive, writeExclusiveRegistrantsOnly, writeExclusiveAllRegistrants];
const FOR_HOLDER_ONLY: readonly number[] = [writeExclusive, exclusiveAccess];
const FOR_ALL: readonly number[] = [writeExclusiveAllRegistrants, exclusiveAccessAllRegistrants];

/** Access of a command under another nexus's reservation: always allowed, reading only, or refused. */
export type Access = 'open' | 'reading' | 'closed';

/** Whether a reservation refuses a nexus's command. */
export function isKeptOut({ registrations, holder }: ReservationState, nexus: Nexus, access: Access): boolean {
  if (holder === undefined || access === 'open' || holder.nexus === nexus) return false;
  const registered = registrations.some((registration) => registration.nexus === nexus);
  if (registered && !FOR_HOLDER_ONLY.includes(holder.type)) return false;
  return access === 'closed' || !READABLE.includes(holder.type);
}

/** The registered key of a nexus. */
export function keyOf({ registrations }: ReservationState, nexus: Nexus): string | undefined {
  const key = registrations.find((registration) => registration.nexus === nexus)?.key;
  return key && fieldOf(key);
}

/** A key in the form of the commands: 16 hex digits. */
export function fieldOf(key: string): string {
  return BigInt(key).toString(16).padStart(NO_RESERVATION_KEY.length, '0');
}

/** Whether the reservation belongs to every registrant. */
export function isForAll({ holder }: ReservationState): boolean {
  return holder !== undefined && FOR_ALL.includes(holder.type);
}

export function isHolder(state: ReservationState, nexus: Nexus): boolean {
  return state.holder?.nexus === nexus || (isForAll(state) && keyOf(state, nexus) !== undefined);
}

/** Whether registrants lose access rights when the reservation ends and get a unit attention (SPC-5 5.14.11.2.2). */
export function endIsTold({ holder }: ReservationState): boolean {
  return holder !== undefined && !FOR_HOLDER_ONLY.includes(holder.type);
}

/** Registers a nexus with a key; 0 removes its registration and reservation. */
export function registered(state: ReservationState, nexus: Nexus, key: string): ReservationState {
  const others = state.registrations.filter((registration) => registration.nexus !== nexus);
  const generation = state.generation + 1;
  if (key !== NO_RESERVATION_KEY) {
    const registrations = [...others, { nexus, key: `0x${key.replace(/^0+/, '')}` }];
    return { ...state, generation, registrations };
  }
  return { ...state, generation, registrations: others, holder: heirOf(state, nexus, others) };
}

/** The holder of the reservation after a registration is removed. */
function heirOf(
  state: ReservationState,
  gone: Nexus,
  left: ReservationState['registrations'],
): ReservationState['holder'] {
  if (state.holder?.nexus !== gone) return state.holder;
  const [heir] = left;
  return isForAll(state) && heir !== undefined ? { ...state.holder, nexus: heir.nexus } : undefined;
}

/** Removes the registrations with a key, except the nexus's own; undefined if there are none. */
export function preempted(
  state: ReservationState,
  nexus: Nexus,
  key: string,
  type: number,
): ReservationState | undefined {
  const all = key === NO_RESERVATION_KEY && isForAll(state);
  const matching = state.registrations.filter((registration) => all || fieldOf(registration.key) === key);
  if (matching.length === 0) return undefined;
  const takesOver = all || (state.holder !== undefined && !isForAll(state) && keyOf(state, state.holder.nexus) === key);
  return {
    generation: state.generation + 1,
    registrations: state.registrations.filter((each) => each.nexus === nexus || !matching.includes(each)),
    holder: takesOver ? { nexus, type } : state.holder,
  };
}
