import { join } from 'node:path';
import { DeviceNotFoundError } from '../errors/index.js';
import { readJson, writeJson } from './json-file.js';

/** What a drive is. */
export interface DriveIdentity {
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
  readonly serial: string;
  readonly generation: number;
}

/** What a drive was set up to be like. */
export interface DriveSettings {
  /** Seconds that a load takes; until then the drive is becoming ready. */
  readonly loadSeconds: number;
  /** Size of the early-warning zone, when it is not to follow from the capacity. */
  readonly earlyWarningBytes?: number | undefined;
}

/** A place on tape: a partition and the logical object that comes next. */
export interface Position {
  readonly partition: number;
  readonly object: number;
}

/** What a drive keeps as long as its power is on. */
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
  removalPrevented: boolean;
  /** Numbers of the TapeAlert flags that are set. */
  alerts: readonly number[];
  /** Additional sense codes (and qualifiers) that wait to be reported with UNIT ATTENTION. */
  attentions: (readonly [asc: number, ascq: number])[];
}

/** The content of `drive.json`. */
export interface DriveRecord {
  readonly identity: DriveIdentity;
  readonly settings: DriveSettings;
  readonly memory: DriveMemory;
  /** Whether the drive was closed in order; if not, its power was cut. */
  readonly closed: boolean;
}

const FORMAT = 'node-lto virtual drive 1';
const FILE = 'drive.json';

export const BEGINNING: Position = { partition: 0, object: 0 };

/** The state of a drive after power on, apart from the cartridge in it. */
export function poweredOn(cartridge: string | null, loaded: boolean): DriveMemory {
  return {
    cartridge,
    loaded,
    position: BEGINNING,
    buffered: true,
    blockLength: 0,
    compression: true,
    removalPrevented: false,
    alerts: [],
    attentions: [POWER_ON],
  };
}

/** Power on, reset, or bus device reset occurred. */
export const POWER_ON = [0x29, 0x00] as const;
/** Not ready to ready change, medium may have changed. */
export const MEDIUM_MAY_HAVE_CHANGED = [0x28, 0x00] as const;

export async function saveDrive(folder: string, record: DriveRecord): Promise<void> {
  await writeJson(join(folder, FILE), { format: FORMAT, ...record });
}

/** Rejects with DeviceNotFoundError when the folder holds no drive, or one that can't be read. */
export async function loadDrive(folder: string): Promise<DriveRecord> {
  const details = { device: `virtual:${folder}` };
  const stored = (await readJson(join(folder, FILE)).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'there is no virtual drive in this folder' : `${FILE} can't be read`;
    throw new DeviceNotFoundError(what, { ...details, cause });
  })) as DriveRecord & { readonly format: unknown };
  if (stored.format !== FORMAT) throw new DeviceNotFoundError(`${FILE} is not that of a virtual drive`, details);
  return stored;
}
