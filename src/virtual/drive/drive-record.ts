import { join } from 'node:path';
import { requireNonEmptyText } from '../../arguments/options.js';
import { DeviceNotFoundError } from '../../errors/index.js';
import type { DiagnosticEntry, UserDataSegment } from '../../scsi/index.js';
import { readJson, writeJson } from '../host/json-file.js';
import { type Attention, LOCAL_NEXUS, type Nexus, POWER_ON } from '../unit/nexus.js';
import type { ProtectionSettings } from './drive-protection.js';
import type { Trait } from './names.js';
import { NO_RESERVATION, type ReservationState } from './reservation-state.js';
import type { SpeedFacts } from './speed-model.js';

/** Identity of a drive. */
export interface VirtualDriveIdentity {
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
  readonly serial: string;
  readonly generation: number;
}

/** Options with which a drive was created. */
export interface DriveSettings {
  /** Seconds that a load takes; until then the drive is becoming ready. */
  readonly loadSeconds: number;
  /** Size of the early-warning zone in bytes; default: derived from the capacity. */
  readonly earlyWarningBytes?: number | undefined;
  /** Speed model; undefined: as fast as the machine. */
  readonly speed?: SpeedFacts | undefined;
  /**
   * Bytes written last that a drive without a speed keeps in its buffer until it is emptied; none by default:
   * everything is on the medium at once. With a speed, the speed model decides.
   */
  readonly bufferBytes?: number | undefined;
  readonly encryption?: EncryptionSettings | undefined;
  /** Permanent differences in how the drive, or the path to it, answers. */
  readonly traits?: readonly Trait[] | undefined;
  /** It is in a library, which alone opens it. */
  readonly inLibrary?: boolean | undefined;
}

/** Encryption features of a drive. */
export interface EncryptionSettings {
  /** Index of its only algorithm, AES-256-GCM; 1 by default. */
  readonly algorithmIndex?: number | undefined;
  /** Whether a library or a key manager sets the keys, and hosts may not. */
  readonly byLibrary?: boolean | undefined;
  /** CKOD_C and LOCK_C; true by default. */
  readonly clearKeyOnDemount?: boolean | undefined;
  readonly lock?: boolean | undefined;
}

/** A position: a partition and the next logical object. */
export interface Position {
  readonly partition: number;
  readonly object: number;
}

/** State of a drive while its power is on. */
export interface DriveMemory {
  /** Name of the cartridge that is in the drive. */
  cartridge: string | null;
  loaded: boolean;
  position: Position;
  /** A write is good when it is in the buffer. */
  buffered: boolean;
  /** 0: variable blocks. */
  blockLength: number;
  compression: boolean;
  /** The nexuses that prevent the removal of the medium. */
  removalPreventedBy: readonly Nexus[];
  /** Megabytes before early warning at which programmable early warning is reported; 0 for never. */
  programmableEarlyWarningMegabytes: number;
  /** WRITE MODE of the device configuration extension: recorded data cannot be changed. */
  appendOnly: boolean;
  /** Partition sizes in bytes that mode page 11 sets for the next FORMAT MEDIUM. */
  partitionPlan: readonly number[] | undefined;
  /** Recommended access order of the segments that a host has sent; gone with the load or a reset. */
  accessOrder?: readonly UserDataSegment[] | undefined;
  /** Errors that were not corrected since the load. */
  uncorrectedErrors: { write: number; read: number };
  /** The newest first. */
  diagnostics: readonly DiagnosticEntry[];
  reservation: ReservationState;
  /** Logical block protection, where a nexus has set it; drives that were kept by an older version have none. */
  protection?: ProtectionSettings | undefined;
  /** Numbers of the TapeAlert flags that are set. */
  alerts: readonly number[];
  /** The unit attentions that wait for the local nexus; those of others end with their sessions. */
  attentions: readonly Attention[];
}

/** A drive that is to be cleaned soon, or before it goes on. */
export type CleaningNeed = 'requested' | 'required';

/** Lifetime counters of a drive. */
export interface DriveLife {
  loads: number;
  cleanings: number;
  powerCycles: number;
  hardWriteErrors: number;
  hardReadErrors: number;
  /** Until a cleaning cartridge is loaded. */
  cleaningNeed?: CleaningNeed | undefined;
}

export const NEW_DRIVE: DriveLife = { loads: 0, cleanings: 0, powerCycles: 0, hardWriteErrors: 0, hardReadErrors: 0 };

/** The content of `drive.json`. */
export interface DriveRecord {
  readonly identity: VirtualDriveIdentity;
  readonly settings: DriveSettings;
  readonly memory: DriveMemory;
  readonly life: DriveLife;
  /** Whether the drive was closed properly; otherwise its power was cut. */
  readonly closed: boolean;
}

const FORMAT = 'node-lto virtual drive 1';
const FILE = 'drive.json';

export const BEGINNING: Position = { partition: 0, object: 0 };

export function isSame(one: Position, other: Position): boolean {
  return one.partition === other.partition && one.object === other.object;
}

/** The state of a drive after power on, apart from the cartridge in it. */
export function poweredOn(cartridge: string | null, loaded: boolean): DriveMemory {
  return {
    cartridge,
    loaded,
    position: BEGINNING,
    buffered: true,
    blockLength: 0,
    compression: true,
    removalPreventedBy: [],
    programmableEarlyWarningMegabytes: 0,
    appendOnly: false,
    partitionPlan: undefined,
    accessOrder: undefined,
    uncorrectedErrors: { write: 0, read: 0 },
    diagnostics: [],
    reservation: NO_RESERVATION,
    alerts: [],
    attentions: [POWER_ON],
  };
}

export async function saveDrive(folder: string, record: DriveRecord): Promise<void> {
  await writeJson(join(folder, FILE), { format: FORMAT, ...record });
}

/** Rejects with DeviceNotFoundError if the folder contains no readable drive. */
export async function loadDrive(folder: string): Promise<DriveRecord> {
  requireNonEmptyText('folder', folder, { operation: 'open' });
  const details = { device: `virtual:${folder}` };
  const stored = (await readJson(join(folder, FILE)).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'there is no virtual drive in this folder' : `${FILE} can't be read`;
    throw new DeviceNotFoundError(what, { ...details, cause });
  })) as DriveRecord & { readonly format: unknown };
  if (!isObject(stored)) throw new DeviceNotFoundError(`${FILE} is damaged`, details);
  if (stored.format !== FORMAT) throw new DeviceNotFoundError(`${FILE} does not describe a virtual drive`, details);
  const missing = (['identity', 'settings', 'memory'] as const).find((part) => !isObject(stored[part]));
  const { memory, life, identity } = stored;
  if (missing !== undefined || !Number.isInteger(identity.generation) || !isPosition(memory.position)) {
    const what = missing === undefined ? 'has no generation or no position' : `has no ${missing}`;
    throw new DeviceNotFoundError(`${FILE} is damaged: it ${what}`, {
      ...details,
      next: 'Restore it from a backup, or create a new drive and put the cartridges of this one into it',
    });
  }
  // Defaults for fields that an earlier version did not have.
  const added = {
    life: { ...NEW_DRIVE, ...life },
    memory: { ...poweredOn(memory.cartridge, memory.loaded), ...memory, reservation: reservationOf(memory) },
  };
  return { ...stored, ...added };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPosition(position: Position | undefined): boolean {
  return Number.isInteger(position?.partition) && Number.isInteger(position?.object);
}

/** Registration and reservation of an earlier version, which had only one initiator. */
interface LoneReservation {
  readonly generation: number;
  readonly key?: string;
  readonly type?: number;
}

/** State kept by an earlier version belongs to the local nexus: others must preempt it, with the key from READ KEYS. */
function reservationOf({
  reservation = NO_RESERVATION,
}: {
  readonly reservation?: ReservationState | LoneReservation;
}): ReservationState {
  if ('registrations' in reservation) return reservation;
  const { generation, key, type } = reservation;
  if (key === undefined) return { ...NO_RESERVATION, generation };
  const holder = type === undefined ? undefined : { nexus: LOCAL_NEXUS, type };
  return { generation, registrations: [{ nexus: LOCAL_NEXUS, key }], holder };
}
