import { tracingChannel } from 'node:diagnostics_channel';
import { OPERATION_CHANNEL, type OperationEvent } from '../../device/operation-log.js';
import { EndOfDataError, LtoError } from '../../errors/index.js';
import type { TapeAlertFlag } from '../../scsi/log/tape-alert.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import type { AlertFacts, ArchiveFacts, CartridgeSubject, DriveSubject, HistoryEntry, Sample } from './entry.js';
import { HistoryFile } from './history-file.js';
import { cartridgeSubject, isSameLoad, sampleOf } from './sample.js';

/** In a session of small archives the drive is not asked after each. */
const SAMPLE_MS = 30_000;
/** Entries that are looked through for what is known of the present load. */
const LOOKED_THROUGH = 2000;

type Detail =
  | { readonly type: 'load' }
  | { readonly type: 'archive'; readonly archive: ArchiveFacts }
  | { readonly type: 'alert'; readonly alert: AlertFacts };

/** What is known of the load that a drive has. */
interface Load {
  readonly cartridge: CartridgeSubject;
  /** Numbers of the TapeAlert flags that are recorded. */
  readonly flags: Set<number>;
}

/**
 * Keeps loads, archives and alerts of an open drive in a history file. It listens to the files that streams move, and asks
 * the drive when one has ended. A file that cannot be written is a warning of the process, and never an error of the job.
 */
export class HistoryRecorder {
  readonly #drive: TapeDrive;
  readonly #file: HistoryFile;
  readonly #begun = new WeakMap<object, number>();
  readonly #operations = tracingChannel(OPERATION_CHANNEL);
  readonly #listener = {
    start: (message: object) => void this.#begun.set(message, performance.now()),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: (message: object) => this.#ended(message as OperationEvent),
    error: () => undefined,
  };
  #identity: Promise<DriveSubject> | undefined;
  #load: Load | undefined;
  #mediumEpoch = -1;
  #sampledAt = Number.NEGATIVE_INFINITY;
  /** Settles when all entries so far are kept. It never rejects. */
  #last: Promise<void> = Promise.resolve();
  #hasWarned = false;

  constructor(drive: TapeDrive, path: string) {
    this.#drive = drive;
    this.#file = new HistoryFile(path);
    this.#operations.subscribe(this.#listener);
  }

  /** Notices a load and new alerts; asks the drive only if its cartridge may be another one than at the last time. */
  look(): Promise<void> {
    if (this.#drive.mediumEpoch !== this.#mediumEpoch) this.#queue(() => this.#keep(undefined, true));
    return this.#last;
  }

  /** Resolves when all is kept. To be called before the drive is closed. */
  async close(): Promise<void> {
    this.#operations.unsubscribe(this.#listener);
    await this.#last;
  }

  #ended(event: OperationEvent): void {
    const { device, operation, moved, error } = event;
    if (moved === undefined || device !== this.#drive.device) return;
    // Whoever reads to the end of the data asks for one file more than there are.
    if (moved.records === 0 && error instanceof EndOfDataError) return;
    const seconds = (performance.now() - (this.#begun.get(event) ?? Number.NaN)) / 1000;
    const archive: ArchiveFacts = {
      direction: operation === 'write file' ? 'writing' : 'reading',
      ...moved,
      seconds: Math.round(seconds * 1000) / 1000,
      error: error === undefined ? undefined : codeOf(error),
    };
    const at = new Date();
    this.#queue(() => this.#keep({ archive, at }, error !== undefined));
  }

  #queue(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch((error: unknown) => this.#warn(error));
  }

  /** `isWorthAsking`: even if the drive was asked a moment ago. */
  async #keep(ended: { readonly archive: ArchiveFacts; readonly at: Date } | undefined, isWorthAsking: boolean) {
    const isDue = isWorthAsking || performance.now() - this.#sampledAt >= SAMPLE_MS;
    const told = isDue || this.#load === undefined ? await this.#ask() : undefined;
    const details: Detail[] = told?.news ?? [];
    const at = new Date();
    const subjects = { device: this.#drive.device, drive: await this.#subject(), cartridge: this.#load?.cartridge };
    const entry = (detail: Detail, when: Date, sample?: Sample): HistoryEntry => {
      return { at: when.toISOString(), ...subjects, ...detail, sample };
    };
    const entries = details.map((detail) => entry(detail, at, told?.sample));
    if (ended) entries.push(entry({ type: 'archive', archive: ended.archive }, ended.at, told?.sample));
    await this.#file.append(entries);
  }

  /** Reads health and cartridge; `news` are the load and the flags that are not recorded yet. */
  async #ask(): Promise<{ readonly sample: Sample | undefined; readonly news: Detail[] } | undefined> {
    const { mediumEpoch } = this.#drive;
    const health = await this.#drive.health().catch(unlessOurs);
    if (health === undefined) return undefined;
    this.#sampledAt = performance.now();
    this.#mediumEpoch = mediumEpoch;
    if (health.cartridge === undefined) {
      this.#load = undefined;
      return { sample: undefined, news: [] };
    }
    const { memory, verdict } = (await this.#drive.memoryAndFormat().catch(unlessOurs)) ?? {};
    const values = memory?.values ?? {};
    const cartridge = cartridgeSubject(values, verdict?.guess ? undefined : verdict?.format, health.cartridge.loads);
    const news: Detail[] = [];
    if (!isSameLoad(this.#load?.cartridge, cartridge)) {
      const known = await this.#known(cartridge);
      this.#load = known ?? { cartridge, flags: new Set() };
      if (known === undefined) news.push({ type: 'load' });
    }
    for (const flag of health.alerts?.flags ?? []) if (this.#isNew(flag)) news.push(alertDetail(flag));
    return { sample: sampleOf(health, values), news };
  }

  #isNew({ flag }: TapeAlertFlag): boolean {
    const flags = this.#load?.flags;
    if (flags === undefined || flags.has(flag)) return false;
    flags.add(flag);
    return true;
  }

  /** What an earlier handle of the drive, or another process, has recorded of this load. */
  async #known(cartridge: CartridgeSubject): Promise<Load | undefined> {
    const { serial } = await this.#subject();
    const { entries } = await this.#file.read();
    const ofDrive = entries.slice(-LOOKED_THROUGH).filter(({ drive }) => drive.serial === serial);
    const last = ofDrive.findLast(({ type }) => type === 'load');
    if (!isSameLoad(last?.cartridge, cartridge)) return undefined;
    const since = ofDrive.slice(ofDrive.findLastIndex(({ type }) => type === 'load'));
    return { cartridge, flags: new Set(since.flatMap((entry) => (entry.type === 'alert' ? [entry.alert.flag] : []))) };
  }

  async #subject(): Promise<DriveSubject> {
    this.#identity ??= this.#drive.identity().then(({ vendor, product, revision, serialNumber }) => {
      return { vendor, model: product, firmware: revision, serial: serialNumber };
    });
    this.#identity.catch(() => {
      this.#identity = undefined;
    });
    return this.#identity;
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const message = error instanceof Error ? error.message : String(error);
    process.emitWarning(message, { type: 'LtoWarning', code: 'LTO_HISTORY' });
  }
}

function alertDetail({ flag, name, severity }: TapeAlertFlag): Detail {
  return { type: 'alert', alert: { flag, name, severity } };
}

/** A drive that fails while it is asked is no reason to lose the rest. */
function unlessOurs(error: unknown): undefined {
  if (!(error instanceof LtoError)) throw error;
}

function codeOf(error: unknown): string {
  return error instanceof LtoError ? error.code : 'aborted';
}
