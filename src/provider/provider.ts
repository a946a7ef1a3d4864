import type { Readable } from 'node:stream';
import type { NameTable } from '../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireOptions } from '../arguments/options.js';
import { traceMethods } from '../device/operation-log.js';
import { KeyStoreChain } from '../keys/key-store-chain.js';
import type { DriveVerification } from '../tape/motion/verify-in-drive.js';
import { type ReadLocation, requireLocations } from '../tape/order/locations.js';
import { PLAN_OPTIONS, type PlanOptions, type ReadPlan } from '../tape/order/plan-reads.js';
import type { SessionOptions } from '../tape/session/session-options.js';
import type { ReadSummary } from '../tape/stream/read/read-stream.js';
import { writeIndexed } from './archive/append-index.js';
import type { ArchiveReceipt, ArchiveSource } from './archive/archive.js';
import { type ArchiveSession, openSession } from './archive/archive-session.js';
import { type EjectOptions, ejectMedia, type FinalizeReport, finalizeMedia } from './archive/finalize.js';
import { atPlace, type Place } from './archive/places.js';
import {
  type ReadArchiveOptions,
  readArchive,
  requireLocation,
  type VerifyInDriveArchiveOptions,
  verifyArchive,
  verifyArchiveInDrive,
} from './archive/read-archive.js';
import { type ReadSpannedOptions, readSpanned, requireParts, withPart } from './archive/read-spanned.js';
import { requireWriteOptions, type WriteArchiveOptions } from './archive/write-archive.js';
import { type SpanOptions, writeWhole } from './archive/write-spanned.js';
import { keepingHistory } from './history/keep-history.js';
import { type EraseMediaOptions, type EraseReport, eraseMedia } from './label/erase-media.js';
import { type ExistingData, findExistingData } from './label/existing-data.js';
import { identify, type MediaIdentity } from './label/identify.js';
import { type InitializeOptions, initializeMedia } from './label/initialize.js';
import type { LabelReport } from './label/label.js';
import { requireText } from './label/label-archive.js';
import { Preparations } from './label/preparations.js';
import { type Preparation, type PrepareOptions, prepareForWrite } from './label/prepare.js';
import { CartridgePool } from './library/pool.js';
import { nextPlace, sessionSource } from './library/session-source.js';
import { hasName } from './monitor/mam-info.js';
import { OPTIONS_TO } from './option-tables.js';
import {
  CAPABILITIES,
  type CartridgeChoice,
  type IdentifyOptions,
  type ProviderOptions,
  requireProviderOptions,
} from './provider-options.js';
import { deviceOf, ProviderReports } from './provider-reports.js';
import {
  type ArchiveHandler,
  type ReadArchivesOptions,
  type ReadArchivesReport,
  readInOrder,
  type WantedArchive,
} from './read-order/read-archives.js';
import { ArchiveRecords } from './record/record-archives.js';
import { type CartridgeContents, requireScan, type ScanContentsOptions, scanContents } from './scan/scan-contents.js';
import { CONFIGURATION_SCHEMA, readConfiguration } from './session/configuration.js';
import { Connection } from './session/connection.js';
import type { Session } from './session/session.js';
import { IndexKeeper } from './tape-index/index-keeper.js';

/**
 * The storage provider: labelled cartridges, one archive per file, in the drive that the configuration names. The first
 * call that needs the drive opens it, and it stays open until `close`. Calls that move the tape wait in one queue for
 * all providers of that drive. Every method rejects with the typed errors of `LtoError`.
 */
export class LtoProvider extends ProviderReports {
  static readonly providerId = 'lto_tape';
  static readonly displayName = 'LTO tape';
  static readonly description = 'Archives on LTO cartridges, one archive to a file of the tape';
  static readonly capabilities = CAPABILITIES;
  static readonly configurationSchema = CONFIGURATION_SCHEMA;
  readonly #connection: Connection;
  readonly #preparations = new Preparations();
  readonly #pool: CartridgePool | undefined;
  readonly #records: ArchiveRecords;
  readonly #indexes: IndexKeeper | undefined;

  /** Throws InvalidArgumentError for an invalid configuration; see `CONFIGURATION_SCHEMA`. */
  constructor(settings: unknown, options: ProviderOptions = {}) {
    const { configuration, keyStore: ownKey } = readConfiguration(settings, options);
    const { devicePath, library, pool } = configuration;
    requireProviderOptions(options, { device: devicePath ?? library, operation: 'configure' });
    const { isRegistered = hasName, catalogue, open, mountPolicy: policy, onMountEvent: onEvent } = options;
    const keyStore =
      ownKey && options.keyStore ? new KeyStoreChain(ownKey, options.keyStore) : (ownKey ?? options.keyStore);
    const indexes = configuration.indexArchive ? new IndexKeeper() : undefined;
    const records = new ArchiveRecords(catalogue, indexes && ((changes) => indexes.take(changes)));
    const onCutOff = records.cutOff.bind(records);
    const connection = new Connection(
      keepingHistory(sessionSource(configuration, { keyStore, open, policy, onEvent, onCutOff })),
    );
    super(configuration, connection, isRegistered);
    this.#connection = connection;
    this.#indexes = indexes;
    this.#records = records;
    this.#pool = pool && new CartridgePool(library ?? '', pool);
  }

  /** Whether anything is recorded after the label. */
  checkExistingData(options: CartridgeChoice = {}): Promise<ExistingData> {
    return this.#connection.run('looking for data', options, findExistingData);
  }

  /** Identifies the cartridge by its memory and, with `allowIntrusive`, also by its label, which rewinds the tape. */
  identifyMedia(options: IdentifyOptions = {}): Promise<MediaIdentity> {
    const find = (session: Session) => identify(session, options.allowIntrusive ?? false);
    return this.#connection.run('identifying', options, find, { names: OPTIONS_TO.identify });
  }

  /** Labels a cartridge; `initializeMedia` lists what is refused. */
  initializeMedia(id: string, options: InitializeOptions & CallOptions = {}): Promise<LabelReport> {
    const names = OPTIONS_TO.initialize;
    return this.#run({ job: 'labelling', id, names }, options, (session) =>
      this.#records.emptying((onEmptying) => initializeMedia(session, id, options, onEmptying)),
    );
  }

  /**
   * Proves that the cartridge is `id` and moves to the end of its data. Valid until the cartridge changes or a write
   * fails.
   */
  prepareForWrite(id: string, options: PrepareOptions & CallOptions = {}): Promise<Preparation> {
    return this.#run({ job: 'preparing', id, names: OPTIONS_TO.prepare }, options, async (session) => {
      requireText(id);
      const preparation = await prepareForWrite(session, id, options);
      this.#preparations.keep(session, preparation);
      return preparation;
    });
  }

  /**
   * Writes an archive after all others, or with `onEndOfMedium` over several cartridges. Takes the source over at once:
   * destroys it when the call is refused, aborted or fails.
   */
  writeArchive(
    id: string,
    source: ArchiveSource,
    options: WriteArchiveOptions & SpanOptions = {},
  ): Promise<ArchiveReceipt> {
    return this.#connection.taking(source, async (taken) => {
      requireWriteOptions(options, this.#connection.details('write'), OPTIONS_TO.write);
      const recording = this.#records.archive(taken, options, this.#connection.details('write'));
      const kept = { keeper: this.#indexes, preparations: this.#preparations };
      const next = nextPlace(this.#connection, this.#pool, options);
      const write = (place: Place) =>
        writeIndexed(place, recording, kept, (hooks) => writeWhole(place, taken, options, next, hooks));
      return atPlace(this.#connection, this.#preparations, { id, signal: options.signal }, write);
    });
  }

  /**
   * Writes many archives in a row without stopping the tape after each one; see `ArchiveSession`. Rejects as
   * `writeArchive`, and with DriveBusyError while another session is open on the drive.
   */
  writeSession(id: string, options: SessionOptions & CallOptions = {}): Promise<ArchiveSession> {
    const told = { records: this.#records, keeper: this.#indexes };
    return openSession(this.#connection, this.#preparations, told, id, options);
  }

  /**
   * An archive as a stream. Nothing else can move the tape until it is read to its end or destroyed. If nobody reads
   * for `idleTimeoutMs` (ten minutes) while data waits, it is destroyed with ReaderIdleError. An archive that spans
   * cartridges needs the parts of its receipt; with them, `start` and `end` go straight to the bytes.
   */
  async readArchive(
    id: string,
    location: number | string,
    options: ReadArchiveOptions & Partial<ReadSpannedOptions> = {},
  ): Promise<Readable> {
    requireOptions(options, this.#connection.details('read'), OPTIONS_TO.read);
    requireText(id);
    const fileNumber = requireLocation(location);
    const { parts = [] } = options;
    if (parts.length < 2) {
      return readArchive(this.#connection, id, fileNumber, withPart(id, fileNumber, parts[0], options));
    }
    return readSpanned(this.#connection, requireParts(this.#connection, id, fileNumber, options));
  }

  /**
   * Reads an archive without returning its data and compares its checksum when one is given. With `inDrive` the drive
   * checks it alone, which takes as long and transfers nothing.
   */
  verifyArchive(
    id: string,
    location: number | string,
    options: VerifyInDriveArchiveOptions,
  ): Promise<DriveVerification>;
  verifyArchive(id: string, location: number | string, options?: ReadArchiveOptions): Promise<ReadSummary>;
  async verifyArchive(
    id: string,
    location: number | string,
    options: ReadArchiveOptions | VerifyInDriveArchiveOptions = {},
  ): Promise<ReadSummary | DriveVerification> {
    requireOptions(options, this.#connection.details('verify'), OPTIONS_TO.verify);
    requireText(id);
    const fileNumber = requireLocation(location);
    if ('inDrive' in options && options.inDrive) {
      return verifyArchiveInDrive(this.#connection, id, fileNumber, options);
    }
    return this.#records.compared(fileNumber, verifyArchive.bind(undefined, this.#connection, id, fileNumber, options));
  }

  /**
   * Reads archives in the order in which they are reached soonest: each cartridge once, and on a cartridge as
   * `TapeDrive.planReads` has it. `handler` is called with each stream, and the next archive is read when it has resolved.
   */
  async readArchives(
    archives: readonly WantedArchive[],
    handler: ArchiveHandler,
    options: ReadArchivesOptions = {},
  ): Promise<ReadArchivesReport> {
    requireOptions(options, this.#connection.details('read'), OPTIONS_TO.readArchives);
    const read = this.readArchive.bind(this);
    const plan = (id: string, places: readonly ReadLocation[]) =>
      this.planReads(id, places, { signal: options.signal });
    return readInOrder(archives, handler, options, { plan, read });
  }

  /** The order in which places of the cartridge `id` are reached soonest: see `TapeDrive.planReads`. */
  async planReads(id: string, locations: readonly ReadLocation[], options: PlanOptions = {}): Promise<ReadPlan> {
    requireText(id);
    requireLocations(locations, this.#connection.details('plan reads'));
    return this.#connection.run('planning reads', options, ({ drive }) => drive.planReads(locations, options), {
      cartridge: id,
      names: PLAN_OPTIONS,
    });
  }

  /**
   * What is on the cartridge `id`: from its last index archive, and of the files that the index does not describe, by
   * looking at them, as `scanCartridge` does. The tape is never written.
   */
  async scan(id: string, options: ScanContentsOptions = {}): Promise<CartridgeContents> {
    const names = OPTIONS_TO.scan;
    requireScan(id, options);
    return this.#run({ job: 'scanning', id, names }, options, (session) => scanContents(session, id, options));
  }

  /**
   * Ends the work with a cartridge: empties the drive's buffer, updates the cartridge memory, clears the key, and
   * ejects.
   */
  finalizeMedia(id: string, options: CallOptions = {}): Promise<FinalizeReport> {
    return finalizeMedia(this.#connection, this.#preparations, id, options);
  }

  /** Moves to the beginning of the tape. What was prepared must be prepared again. */
  rewind(options: CartridgeChoice = {}): Promise<void> {
    return this.#run({ job: 'rewinding' }, options, ({ drive }) => drive.rewind());
  }

  /** Empties the cartridge `id`, which keeps its label: all archives on it are lost. Rejects as `initializeMedia`. */
  clear(id: string, options: CallOptions = {}): Promise<LabelReport> {
    return this.#run({ job: 'clearing', id, names: CALL_OPTIONS }, options, (session) =>
      this.#records.emptying((onEmptying) => initializeMedia(session, id, { overwrite: id }, onEmptying)),
    );
  }

  /** Makes the cartridge `id` a blank one, without a label or a name: see `eraseMedia`. */
  erase(id: string, options: EraseMediaOptions & CallOptions = {}): Promise<EraseReport> {
    const names = OPTIONS_TO.erase;
    return this.#run({ job: 'erasing', id, names }, options, (session) =>
      this.#records.emptying((onEmptying) => eraseMedia(session, id, options, onEmptying)),
    );
  }

  /** Ejects the cartridge that is in the drive, whichever it is: see `ejectMedia`. */
  eject(options: EjectOptions & CallOptions = {}): Promise<FinalizeReport> {
    return ejectMedia(this.#connection, this.#preparations, options);
  }

  /** Releases the drive, which closes it when no other provider uses it. The next call opens it again. */
  async close(): Promise<void> {
    this.#preparations.forget();
    await this.#connection.close();
    await this.#records.settled();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What makes a preparation of the same drive invalid. */
  #run<T>(
    { job, id: cartridge, names }: { readonly job: string; readonly id?: string; readonly names?: NameTable },
    options: CallOptions,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const forgetting = (session: Session) => {
      this.#preparations.forget(session);
      return work(session);
    };
    return this.#connection.run(job, options, forgetting, { cartridge, names });
  }
}

traceMethods(LtoProvider, deviceOf);
