// One line of a history file is one entry, as JSON. What is not known is left out.

/** Drive and cartridge of an entry. */
interface Subjects {
  /** ISO 8601, in UTC. */
  readonly at: string;
  /** The device as it was named. */
  readonly device: string;
  readonly drive: DriveSubject;
  readonly cartridge?: CartridgeSubject | undefined;
}

export interface DriveSubject {
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
  readonly serial?: string | undefined;
}

export interface CartridgeSubject {
  readonly serial?: string | undefined;
  readonly barcode?: string | undefined;
  readonly format?: string | undefined;
  /** Loads in its life, this one included: tells one load from the next. */
  readonly loads?: number | undefined;
}

/** Counters of one direction since the load. */
export interface DirectionSample {
  readonly bytes?: number | undefined;
  readonly corrected?: number | undefined;
  readonly retries?: number | undefined;
  readonly uncorrected?: number | undefined;
}

/** What drive and cartridge counted at that time. */
export interface Sample {
  readonly writing: DirectionSample;
  readonly reading: DirectionSample;
  /** Bytes of partition 0, without compression. */
  readonly capacity?: number | undefined;
  readonly remaining?: number | undefined;
  /** Percent of the useful life of the cartridge, as the drive estimates it. */
  readonly life?: number | undefined;
  readonly celsius?: number | undefined;
  /** Loads in the life of the drive. */
  readonly driveLoads?: number | undefined;
}

/** A file that was written or read. */
export interface ArchiveFacts {
  readonly direction: 'writing' | 'reading';
  readonly fileNumber?: number | undefined;
  readonly records: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Code of the error that ended it. */
  readonly error?: string | undefined;
}

export interface AlertFacts {
  readonly flag: number;
  readonly name: string;
  readonly severity: 'C' | 'W' | 'I';
}

/** `load`: a cartridge was seen in the drive for the first time since it was loaded. */
export type HistoryEntry = Subjects & { readonly sample?: Sample | undefined } & (
    | { readonly type: 'load' }
    | { readonly type: 'archive'; readonly archive: ArchiveFacts }
    | { readonly type: 'alert'; readonly alert: AlertFacts }
  );

const DETAIL = { load: undefined, archive: 'archive', alert: 'alert' } as const;

/** Undefined for a line that is no entry: one that was cut, or that another version wrote. */
export function parseEntry(line: string): HistoryEntry | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(entry) || typeof entry.at !== 'string' || Number.isNaN(Date.parse(entry.at))) return undefined;
  if (typeof entry.device !== 'string' || !isRecord(entry.drive)) return undefined;
  if (entry.cartridge !== undefined && !isRecord(entry.cartridge)) return undefined;
  if (entry.sample !== undefined && !isSample(entry.sample)) return undefined;
  if (entry.type !== 'load' && entry.type !== 'archive' && entry.type !== 'alert') return undefined;
  const detail = DETAIL[entry.type];
  if (detail !== undefined && !isRecord(entry[detail])) return undefined;
  return entry as unknown as HistoryEntry;
}

function isSample(value: unknown): boolean {
  return isRecord(value) && isRecord(value.writing) && isRecord(value.reading);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
