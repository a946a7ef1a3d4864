import type { Readable } from 'node:stream';
import { requireNumbers } from '../arguments/number.js';
import { requireOptions, type SignalOptions } from '../arguments/options.js';
import { unlessAborted } from '../arguments/signal.js';
import { InvalidArgumentError } from '../errors/index.js';
import type { DriveVerification } from '../tape/motion/verify-in-drive.js';
import type { SessionOptions } from '../tape/session/session-options.js';
import type { ReadSummary } from '../tape/stream/read/read-stream.js';
import type { ArchiveReceipt, ArchiveSource } from './archive/archive.js';
import { ArchiveSession } from './archive/archive-session.js';
import { type FinalizeReport, finalizeMedia } from './archive/finalize.js';
import {
  type ReadArchiveOptions,
  readArchive,
  requireLocation,
  type VerifyInDriveArchiveOptions,
  verifyArchive,
  verifyArchiveInDrive,
} from './archive/read-archive.js';
import { type ReadSpannedOptions, readSpanned } from './archive/read-spanned.js';
import { requirePrepared, type WriteArchiveOptions } from './archive/write-archive.js';
import { type SpanOptions, writeWhole } from './archive/write-spanned.js';
import { isSameCartridge } from './label/barcode.js';
import { type ExistingData, findExistingData } from './label/existing-data.js';
import { identify, type MediaIdentity } from './label/identify.js';
import { type InitializeOptions, initializeMedia } from './label/initialize.js';
import type { LabelReport } from './label/label.js';
import { requireText } from './label/label-archive.js';
import { type Preparation, type PrepareOptions, prepareForWrite } from './label/prepare.js';
import { type DriveMonitor, monitorOf } from './monitor/drive-monitor.js';
import {
  type DriveInfo,
  driveInfo,
  type IsRegistered,
  type LiveInfo,
  liveInfo,
  unreachable,
} from './monitor/live-info.js';
import type { Freshness, MamInfo } from './monitor/mam-info.js';
import { failedStatus, type OnlineStatus } from './monitor/online-status.js';
import { readUtilization, type Utilization } from './monitor/utilization.js';
import { type TapeEvent, WATCH_RANGES, type WatchOptions, watchTape } from './monitor/watch.js';
import { type ProviderOptions, requireProviderOptions } from './provider-options.js';
import { CONFIGURATION_SCHEMA, type ProviderConfiguration, parseConfiguration } from './session/configuration.js';
import { Connection } from './session/connection.js';
import { Session } from './session/session.js';
import { readWriteProtection, type WriteProtection } from './session/write-protection.js';

export interface ForceOptions extends SignalOptions {
  /** Ask the drive even if the last answer is recent. */
  readonly force?: boolean | undefined;
}

export interface IdentifyOptions extends SignalOptions {
  /** Also read the label, which rewinds the tape. Default: only queries that do not move it. */
  readonly allowIntrusive?: boolean | undefined;
}

const CAPABILITIES = {
  supportsRandomAccess: false,
  isOfflineCapable: true,
  supportsHardwareEncryption: true,
} as const;

/**
 * The storage provider: labelled cartridges, one archive per file, in the drive that the configuration names. The first
 * call that needs the drive opens it, and it stays open until `close`. Calls that move the tape wait in one queue for
 * all providers of that drive. Every method rejects with the typed errors of `LtoError`.
 */
export class LtoProvider {
  static readonly configurationSchema = CONFIGURATION_SCHEMA;
  readonly id = 'lto_tape';
  readonly name = 'LTO tape';
  readonly description = 'Archives on LTO cartridges, one archive to a file of the tape';
  readonly capabilities = CAPABILITIES;
  readonly configuration: ProviderConfiguration;
  readonly #isRegistered: IsRegistered;
  readonly #connection: Connection;
  #preparation: Preparation | undefined;

  /** Throws InvalidArgumentError for an invalid configuration; see `CONFIGURATION_SCHEMA`. */
  constructor(configuration: unknown, options: ProviderOptions = {}) {
    this.configuration = parseConfiguration(configuration);
    requireProviderOptions(options, { device: this.configuration.devicePath, operation: 'configure' });
    const { isRegistered = hasName, open, keyStore } = options;
    this.#isRegistered = isRegistered;
    this.#connection = new Connection(this.configuration, keyStore, open);
  }

  /** Vendor, model, firmware and serial number; read once per drive. */
  getDriveInfo(options: SignalOptions = {}): Promise<DriveInfo> {
    return this.#connection.ask('drive information', options, ({ owner }) => driveInfo(owner));
  }

  /**
   * Cartridge memory, alerts and generation. When the drive fails and, without `force`, while a job moves the tape: the
   * last-known-good values.
   */
  getMamInfo(options: ForceOptions = {}): Promise<MamInfo & Freshness> {
    return this.#connection.ask('cartridge memory', options, ({ owner, configuration }) =>
      monitorOf(owner).mamInfo(configuration.throttleMs, options.force ?? false),
    );
  }

  /** State of drive and cartridge, read in one consistent pass. An unreachable drive is an answer, not an error. */
  getLiveInfo(options: ForceOptions = {}): Promise<LiveInfo> {
    const { throttleMs } = this.configuration;
    return this.#look(options, unreachable, (monitor) =>
      liveInfo(monitor, throttleMs, options.force ?? false, this.#isRegistered),
    );
  }

  /** Events of the cartridge and the drive, found by polling; polling never moves the tape. */
  watch(options: WatchOptions = {}): AsyncGenerator<TapeEvent, void> {
    const details = this.#connection.details('watch');
    requireOptions(options, details);
    requireNumbers(options, WATCH_RANGES, details);
    return watchTape(() => this.getLiveInfo({ force: true }), options);
  }

  checkOnline(options: ForceOptions = {}): Promise<OnlineStatus> {
    const maxAgeMs = options?.force ? 0 : this.configuration.throttleMs;
    return this.#look(
      options,
      (status) => status,
      (monitor) => monitor.online(maxAgeMs),
    );
  }

  isWriteProtected(options: SignalOptions = {}): Promise<WriteProtection> {
    return this.#connection.ask('write protection', options, readWriteProtection);
  }

  /** Whether anything is recorded after the label. */
  checkExistingData(options: SignalOptions = {}): Promise<ExistingData> {
    return this.#connection.run('looking for data', options, findExistingData);
  }

  /** Identifies the cartridge by its memory and, with `allowIntrusive`, also by its label, which rewinds the tape. */
  identifyMedia(options: IdentifyOptions = {}): Promise<MediaIdentity> {
    return this.#connection.run('identifying', options, (session) =>
      identify(session, options.allowIntrusive ?? false),
    );
  }

  /** Labels a cartridge; `initializeMedia` lists what is refused. */
  initializeMedia(id: string, options: InitializeOptions & SignalOptions = {}): Promise<LabelReport> {
    return this.#connection.run('labelling', options, (session) => {
      this.#preparation = undefined;
      return initializeMedia(session, id, options);
    });
  }

  /**
   * Proves that the cartridge is `id` and moves to the end of its data. Valid until the cartridge changes or a write
   * fails.
   */
  prepareForWrite(id: string, options: PrepareOptions & SignalOptions = {}): Promise<Preparation> {
    return this.#connection.run('preparing', options, async (session) => {
      requireText(id);
      this.#preparation = undefined;
      this.#preparation = await prepareForWrite(session, id, options);
      return this.#preparation;
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
    return this.#connection.write(source, options, async (session, taken) => {
      const preparation = requirePrepared(this.#preparation, id);
      this.#preparation = undefined;
      const { receipt, next } = await writeWhole(session, preparation, taken, options);
      this.#preparation = next;
      return receipt;
    });
  }

  /**
   * Writes many archives in a row without stopping the tape after each one; see `ArchiveSession`. Rejects as
   * `writeArchive`, and with DriveBusyError while another session is open on the drive.
   */
  writeSession(id: string, options: SessionOptions & SignalOptions = {}): Promise<ArchiveSession> {
    return this.#connection.run('beginning a session', options, async ({ drive }) => {
      const preparation = requirePrepared(this.#preparation, id);
      const session = new ArchiveSession(this.#connection, preparation, drive.session(options));
      this.#preparation = undefined;
      return session;
    });
  }

  /**
   * An archive as a stream. Nothing else can move the tape until it is read to its end or destroyed. If nobody reads
   * for `idleTimeoutMs` (ten minutes) while data waits, it is destroyed with ReaderIdleError. An archive that spans
   * cartridges needs the parts of its receipt.
   */
  async readArchive(
    id: string,
    location: number | string,
    options: ReadArchiveOptions & Partial<ReadSpannedOptions> = {},
  ): Promise<Readable> {
    requireOptions(options, this.#connection.details('read'));
    requireText(id);
    const fileNumber = requireLocation(location);
    const { parts = [], onNextCartridge } = options;
    if (parts.length < 2) return readArchive(await this.#connection.session(options.signal), id, fileNumber, options);
    const [first] = parts;
    const isFirst = first?.location === fileNumber && isSameCartridge(first.cartridge, id);
    if (onNextCartridge === undefined || !isFirst) {
      throw new InvalidArgumentError('these are not the parts of that archive, or `onNextCartridge` is missing', {
        operation: 'read',
        next: 'Give the parts of the receipt, the place of the first one, and `onNextCartridge`',
      });
    }
    return readSpanned(await this.#connection.session(options.signal), { ...options, parts, onNextCartridge });
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
    requireOptions(options, this.#connection.details('verify'));
    requireText(id);
    const fileNumber = requireLocation(location);
    const session = await this.#connection.session(options.signal);
    const isInDrive = 'inDrive' in options && options.inDrive;
    return isInDrive
      ? verifyArchiveInDrive(session, id, fileNumber, options)
      : verifyArchive(session, id, fileNumber, options);
  }

  /** How full the provider's partition is, with the capacity of all partitions; read from the drive now. */
  getUtilization(options: SignalOptions = {}): Promise<Utilization> {
    return this.#connection.ask('utilization', options, ({ drive }) => readUtilization(drive));
  }

  /**
   * Ends the work with a cartridge: empties the drive's buffer, updates the cartridge memory, clears the key, and
   * ejects.
   */
  finalizeMedia(id: string, options: SignalOptions = {}): Promise<FinalizeReport> {
    return this.#connection.run('finalizing', options, async (session) => {
      requireText(id);
      this.#preparation = undefined;
      return finalizeMedia(session, id);
    });
  }

  /** Releases the drive, which closes it when no other provider uses it. The next call opens it again. */
  async close(): Promise<void> {
    this.#preparation = undefined;
    await this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** As `Connection.ask`, for what is told of a drive that can't be reached, too. One that has gone is opened anew by the next call. */
  async #look<T extends OnlineStatus>(
    options: SignalOptions,
    failed: (status: OnlineStatus) => T,
    work: (monitor: DriveMonitor) => Promise<T>,
  ): Promise<T> {
    requireOptions(options, this.#connection.details('status'));
    const { signal } = options;
    const reached = await this.#connection.session(signal).catch(failedStatus);
    if (!(reached instanceof Session)) return failed(reached);
    const status = await unlessAborted(work(monitorOf(reached.owner)), signal);
    if (status.state === 'offline') await this.close().catch(() => undefined);
    return status;
  }
}

function hasName({ identity }: MamInfo): boolean {
  return identity !== undefined && identity.source !== 'medium serial number';
}
