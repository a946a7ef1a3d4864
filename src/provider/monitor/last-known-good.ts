import { InvalidArgumentError } from '../../errors/index.js';
import type { RawAttribute } from '../../scsi/mam/attribute-list.js';
import { mamValues } from '../../scsi/mam/values.js';
import { bytesOfHex } from '../../scsi/wire/bytes.js';
import type { MamInfo } from './mam-info.js';
import type { Reading } from './shared-reading.js';

interface Known extends Reading<MamInfo> {
  readonly drive: string;
  /** Brought in by `import`: the cartridge may have been changed since. */
  readonly imported: boolean;
}

const VERSION = 2;

/**
 * What is known of the cartridge in each drive, for answers while the drive can't be asked. It is shown with its age
 * and never decides what is written. Kept by the serial numbers of drive and cartridge, and dropped as soon as the
 * cartridge may be another one.
 */
export class LastKnownGood {
  readonly #byDrive = new Map<string, Known>();

  put(drive: string, value: MamInfo, readAt: number): void {
    this.#byDrive.set(drive, { drive, value, readAt, imported: false });
  }

  get(drive: string): Omit<Known, 'drive'> | undefined {
    return this.#byDrive.get(drive);
  }

  /** For a drive whose cartridge is gone, or may have been changed. */
  drop(drive: string): void {
    this.#byDrive.delete(drive);
  }

  /** JSON, for a later process. */
  export(): string {
    const entries = [...this.#byDrive.values()].map(({ imported, ...entry }) => entry);
    return JSON.stringify({ version: VERSION, entries });
  }

  /**
   * Takes in what an earlier process exported; what this process has read itself stays. Throws InvalidArgumentError for
   * text that no `export` has made.
   */
  import(json: string): void {
    for (const entry of entriesOf(json)) {
      if (!this.#byDrive.has(entry.drive)) this.#byDrive.set(entry.drive, { ...entry, imported: true });
    }
  }
}

/** Of this process. */
export const lastKnownGood = new LastKnownGood();

/**
 * The last-known-good values of the cartridge in each drive, as JSON for a later process: see `importLastKnownGood`.
 */
export function exportLastKnownGood(): string {
  return lastKnownGood.export();
}

/**
 * Imports what an earlier process exported. It is reported with its age while the drive can't be asked, and never
 * decides what is written. Values that this process has read itself are kept. Throws InvalidArgumentError for any other
 * text.
 */
export function importLastKnownGood(json: string): void {
  lastKnownGood.import(json);
}

function entriesOf(json: string): Omit<Known, 'imported'>[] {
  const document = parsed(json);
  if (isRecord(document) && document.version === VERSION && Array.isArray(document.entries)) {
    const entries: unknown[] = document.entries;
    const known = entries.map(revived);
    if (known.every((entry) => entry !== undefined)) return known;
  }
  throw new InvalidArgumentError('this is not an export of last-known-good state', {
    next: 'Leave it out: it is only shown',
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Undefined if it is not an entry. Values are decoded again from the raw attributes, because JSON has no bytes. */
function revived(entry: unknown): Omit<Known, 'imported'> | undefined {
  if (!isEntry(entry)) return undefined;
  const attributes = entry.value.attributes.map(revivedAttribute);
  if (!attributes.every((attribute) => attribute !== undefined)) return undefined;
  return { ...entry, value: { ...entry.value, attributes, values: mamValues(attributes) } };
}

function revivedAttribute(attribute: unknown): RawAttribute | undefined {
  if (!isRecord(attribute) || typeof attribute.id !== 'number' || typeof attribute.bytes !== 'string') return undefined;
  const bytes = bytesOfHex(attribute.bytes);
  return bytes && { ...(attribute as Omit<RawAttribute, 'bytes'>), bytes };
}

type Entry = Omit<Known, 'value' | 'imported'> & {
  readonly value: Omit<MamInfo, 'attributes'> & { attributes: unknown[] };
};

function isEntry(entry: unknown): entry is Entry {
  return (
    isRecord(entry) &&
    typeof entry.drive === 'string' &&
    typeof entry.readAt === 'number' &&
    isRecord(entry.value) &&
    Array.isArray(entry.value.attributes)
  );
}
