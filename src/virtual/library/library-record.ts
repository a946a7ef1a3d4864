import { join } from 'node:path';
import { DeviceNotFoundError } from '../../errors/index.js';
import type { MediumKind } from '../cartridge/cartridge-memory.js';
import { readJson, writeJson } from '../host/json-file.js';
import { type Attention, type Nexus, POWER_ON } from '../unit/nexus.js';
import { type ElementCounts, ElementMap } from './element-map.js';
import { LIBRARY_FILE, LIBRARY_FORMAT } from './library-folder.js';
import type { LibraryTrait } from './traits/trait-names.js';

/** Identity of a library. */
export interface LibraryIdentity {
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
  readonly serial: string;
}

/** Times of a robot, in seconds. */
export interface RobotSpeed {
  /** Time to pick a cartridge, and the same to place it. */
  readonly handling: number;
  /** Time to travel from one end of the library to the other. */
  readonly travel: number;
  /** Time to scan one element for the inventory. */
  readonly scan: number;
}

/** Options with which a library was created. */
export interface LibrarySettings extends ElementCounts {
  readonly speed: RobotSpeed;
  /** Drives are unloaded when a move takes their cartridge; otherwise the move is refused while they hold it. */
  readonly unloadsDrives: boolean;
  /** Permanent differences in how the library answers. */
  readonly traits?: readonly LibraryTrait[] | undefined;
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

/** State that a library keeps while its power is off. */
export interface LibraryMemory {
  /** By element address: the only record of where each cartridge is. */
  stored: Readonly<Record<number, Stored>>;
  removalPreventedBy: readonly Nexus[];
  /** Magazines that were taken out, with their cartridges. */
  magazinesOut?: readonly number[] | undefined;
  /** The unit attentions that wait for the local nexus. */
  attentions: readonly Attention[];
}

/** The content of `library.json`. */
export interface LibraryRecord {
  readonly identity: LibraryIdentity;
  readonly settings: LibrarySettings;
  readonly memory: LibraryMemory;
  /** Whether the library was closed properly; otherwise its power was cut. */
  readonly closed: boolean;
}

/** The state of a library after power on. */
export function libraryPoweredOn({ stored, magazinesOut = [] }: Partial<LibraryMemory>): LibraryMemory {
  return { stored: stored ?? {}, magazinesOut, removalPreventedBy: [], attentions: [POWER_ON] };
}

/** Replaces the record atomically, so that after a power cut a move is either done or not. */
export async function saveLibrary(folder: string, record: LibraryRecord): Promise<void> {
  await writeJson(fileOf(folder), { format: LIBRARY_FORMAT, ...record });
}

/** Rejects with DeviceNotFoundError if the folder contains no readable library. */
export async function loadLibrary(folder: string): Promise<LibraryRecord> {
  const details = { device: `virtual:${folder}` };
  const found = await readJson(fileOf(folder)).catch((cause: NodeJS.ErrnoException) => {
    const what =
      cause.code === 'ENOENT' ? 'there is no virtual library in this folder' : `${LIBRARY_FILE} can't be read`;
    throw new DeviceNotFoundError(what, { ...details, cause });
  });
  const { RECORD } = await import('./library-schema.js');
  const { success, data, error } = RECORD.safeParse(found);
  const where = success ? incoherence(data) : error.issues[0]?.path.join('.') || 'its beginning';
  if (success && where === undefined) return data;
  throw new DeviceNotFoundError(`${LIBRARY_FILE} is damaged at ${where}`, {
    ...details,
    cause: error,
    next: 'Restore it from a backup, or create a new library and move the folders of the cartridges into it',
  });
}

/** The first place where a record does not agree with itself: an element that there is not, a cartridge in two places. */
function incoherence({ settings, memory }: LibraryRecord): string | undefined {
  const map = new ElementMap(settings);
  const seen = new Set<string>();
  for (const [element, { cartridge }] of Object.entries(memory.stored)) {
    if (map.typeOf(Number(element)) === undefined || seen.has(cartridge)) return `memory.stored.${element}`;
    seen.add(cartridge);
  }
  return undefined;
}

function fileOf(folder: string): string {
  return join(folder, LIBRARY_FILE);
}
