import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { DeviceNotFoundError } from '../../errors/index.js';
import type { MediumKind } from '../cartridge/cartridge-memory.js';
import { readJson, writeJson } from '../host/json-file.js';
import { type Attention, type Nexus, POWER_ON } from '../unit/nexus.js';
import type { ElementCounts } from './element-map.js';

/** What a library is. */
export interface LibraryIdentity {
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
  readonly serial: string;
}

/** How slow a robot is, in seconds. */
export interface RobotSpeed {
  /** To take a cartridge, and as long again to put it down. */
  readonly handling: number;
  /** From one end of the library to the other. */
  readonly travel: number;
  /** To look at one element when the inventory is taken. */
  readonly scan: number;
}

/** What a library was set up to be like. */
export interface LibrarySettings extends ElementCounts {
  readonly speed: RobotSpeed;
  /** Drives are unloaded when a move takes their cartridge; otherwise the move is refused while they hold it. */
  readonly unloadsDrives: boolean;
}

/** A cartridge in an element. */
export interface Stored {
  readonly cartridge: string;
  readonly kind: MediumKind;
  /** The slot that it came from last. */
  readonly source?: number | undefined;
  /** An operator put it into the mail slot. */
  readonly byOperator?: boolean | undefined;
}

/** What a library keeps while its power is off. */
export interface LibraryMemory {
  /** By element address: the one truth of where each cartridge is. */
  stored: Readonly<Record<number, Stored>>;
  removalPreventedBy: readonly Nexus[];
  /** The unit attentions that wait for the local nexus. */
  attentions: readonly Attention[];
}

/** The content of `library.json`. */
export interface LibraryRecord {
  readonly identity: LibraryIdentity;
  readonly settings: LibrarySettings;
  readonly memory: LibraryMemory;
  /** Whether the library was closed in order; if not, its power was cut. */
  readonly closed: boolean;
}

const FORMAT = 'node-lto virtual library 1';
const FILE = 'library.json';

function libraryFile(folder: string): string {
  return join(folder, FILE);
}

/** Whether a folder is that of a library. */
export async function isLibrary(folder: string): Promise<boolean> {
  return access(libraryFile(folder)).then(
    () => true,
    () => false,
  );
}

/** Folder of the drive at the n-th data transfer element, counted from 1. */
export function driveFolder(folder: string, number: number): string {
  return join(folder, 'drives', String(number));
}

/** The state of a library after power on. */
export function libraryPoweredOn(stored: LibraryMemory['stored']): LibraryMemory {
  return { stored, removalPreventedBy: [], attentions: [POWER_ON] };
}

/** Replaces the record as a whole, so that a move has been made or has not, whenever the power is cut. */
export async function saveLibrary(folder: string, record: LibraryRecord): Promise<void> {
  await writeJson(libraryFile(folder), { format: FORMAT, ...record });
}

/** Rejects with DeviceNotFoundError when the folder holds no library, or one that can't be read. */
export async function loadLibrary(folder: string): Promise<LibraryRecord> {
  const details = { device: `virtual:${folder}` };
  const record = (await readJson(libraryFile(folder)).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'there is no virtual library in this folder' : `${FILE} can't be read`;
    throw new DeviceNotFoundError(what, { ...details, cause });
  })) as (LibraryRecord & { readonly format: unknown }) | null;
  const parts = record === null ? [] : [record.identity, record.settings, record.memory?.stored];
  const isWhole = parts.length > 0 && parts.every((part) => typeof part === 'object' && part !== null);
  if (record?.format !== FORMAT || !isWhole) {
    throw new DeviceNotFoundError(`${FILE} is damaged, or not that of a virtual library`, {
      ...details,
      next: 'Take it from a backup, or make a new library and move the folders of the cartridges into it',
    });
  }
  return record;
}
