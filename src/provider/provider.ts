import type { Readable } from 'node:stream';
import { requireNumbers } from '../arguments/number.js';
import { requireSignal, unlessAborted } from '../arguments/signal.js';
import { InvalidArgumentError } from '../errors/index.js';
import type { KeyStore } from '../keys/key-store.js';
import { type TakenSource, takeSource } from '../streams/taken-source.js';
import type { ReadSummary } from '../tape/stream/read/read-stream.js';
import type { ArchiveReceipt, ArchiveSource } from './archive/archive.js';
import { type FinalizeReport, finalizeMedia } from './archive/finalize.js';
import { type ReadArchiveOptions, readArchive, requireLocation, verifyArchive } from './archive/read-archive.js';
import { type ReadSpannedOptions, readSpanned } from './archive/read-spanned.js';
import { requirePrepared, type WriteArchiveOptions, writeArchive } from './archive/write-archive.js';
import { type SpanOptions, writeSpanned } from './archive/write-spanned.js';
import { isSameCartridge } from './label/barcode.js';
import { type ExistingData, findExistingData } from './label/existing-data.js';
import { identify, type MediaIdentity } from './label/identify.js';
import { type InitializeOptions, initializeMedia } from './label/initialize.js';
import type { LabelReport } from './label/label.js';
import { requireText } from './label/label-archive.js';
import { type Preparation, type PrepareOptions, prepareForWrite } from './label/prepare.js';
import {
  type DriveInfo,
  driveInfo,
  type IsRegistered,
  type LiveInfo,
  liveInfo,
  unreachable,
} from './monitor/live-info.js';
import { type Freshness, type MamInfo, mamInfo } from './monitor/mam-info.js';
import { failedStatus, type OnlineStatus } from './monitor/online-status.js';
import { readUtilization, type Utilization } from './monitor/utilization.js';
import { type TapeEvent, WATCH_RANGES, type WatchOptions, watchTape } from './monitor/watch.js';
import { readWriteProtection, type WriteProtection } from './monitor/write-protection.js';
import { CONFIGURATION_SCHEMA, type ProviderConfiguration, parseConfiguration } from './session/configuration.js';
import { type DriveOwner, type OpenDrive, type Share, shareDrive } from './session/drive-owner.js';

export interface ProviderOptions {
  /** Whether the catalogue knows a cartridge. Default: one that has a barcode or a label is known. */
  readonly isRegistered?: IsRegistered | undefined;
  /** Opens the drive. Default: `TapeDrive.open`. */
  readonly open?: OpenDrive | undefined;
  /** Where keys come from: that of `encryptionKeyId` to write, and to read those that the tape names. */
  readonly keyStore?: KeyStore | undefined;
}

export interface ForceOptions {
  /** Ask the drive, however young the last answer is. */
  readonly force?: boolean | undefined;
}

const CAPABILITIES = {
  supportsRandomAccess: false,
  isOfflineCapable: true,
  supportsHardwareEncryption: true,
} as const;

/**
 * The storage provider: a labelled cartridge with one archive to a file, in the drive that the configuration names.
 * The drive is opened by the first call that needs it and kept until `close`. What moves the tape waits in one queue
 * for all providers of that drive. Every method rejects with the typed errors of `LtoError`.
 */
export class LtoProvider {
  static readonly configurationSchema = CONFIGURATION_SCHEMA;
  readonly id = 'lto_tape';
  readonly name = 'LTO tape';
  readonly description = 'Archives on LTO cartridges, one archive to a file of the tape';
  readonly capabilities = CAPABILITIES;
  readonly configuration: ProviderConfiguration;
  readonly #isRegistered: IsRegistered;
  readonly #open: OpenDrive | undefined;
  readonly #keyStore: KeyStore | undefined;
  #share: Promise<Share> | undefined;
  #preparation: Preparation | undefined;

  /** Throws InvalidArgumentError for a configuration that is not valid; see `configurationSchema`. */
  constructor(configuration: unknown, { isRegistered = hasName, open, keyStore }: ProviderOptions = {}) {
    this.configuration = parseConfiguration(configuration);
    this.#isRegistered = isRegistered;
    this.#open = open;
    this.#keyStore = keyStore;
  }

  /** Read once for each drive. */
  async getDriveInfo(): Promise<DriveInfo> {
    return driveInfo(await this.#owner());
  }

  /** Cartridge memory, alerts and generation; see `mamInfo` for when that is last-known-good. */
  async getMamInfo({ force = false }: ForceOptions = {}): Promise<MamInfo & Freshness> {
    return mamInfo(await this.#owner(), this.configuration.throttleMs, force);
  }

  /** Drive and cartridge in one consistent pass; a drive that can't be reached is an answer, not an error. */
  async getLiveInfo({ force = false }: ForceOptions = {}): Promise<LiveInfo> {
    const owner = await this.#reach();
    if (!isOwner(owner)) return unreachable(owner);
    return this.#lettingGo(await liveInfo(owner, this.configuration.throttleMs, force, this.#isRegistered));
  }

  /** Events of the cartridge and the drive, found by looking at intervals; the tape is never moved for it. */
  watch(options: WatchOptions = {}): AsyncGenerator<TapeEvent, void> {
    requireNumbers(options, WATCH_RANGES, { device: this.configuration.devicePath, operation: 'watch' });
    return watchTape(() => this.getLiveInfo({ force: true }), options);
  }

  async checkOnline({ force = false }: ForceOptions = {}): Promise<OnlineStatus> {
    const owner = await this.#reach();
    if (!isOwner(owner)) return owner;
    const { value } = await owner.online.get(force ? 0 : this.configuration.throttleMs);
    return this.#lettingGo(value);
  }

  async isWriteProtected(): Promise<WriteProtection> {
    return readWriteProtection((await this.#owner()).drive, this.configuration);
  }

  /** Whether anything is recorded behind the label. */
  checkExistingData(): Promise<ExistingData> {
    return this.#run('looking for data', (owner) =>
      findExistingData(owner, this.configuration.labelName, this.#keyStore),
    );
  }

  /** By the cartridge memory, and with `allowIntrusive` by the label too, for which the tape is rewound. */
  identifyMedia({ allowIntrusive = false }: { readonly allowIntrusive?: boolean } = {}): Promise<MediaIdentity> {
    return this.#run('identifying', (owner) =>
      identify(owner, this.configuration.labelName, allowIntrusive, this.#keyStore),
    );
  }

  /** Labels a cartridge; see `initializeMedia` for what is refused. */
  initializeMedia(id: string, options: InitializeOptions = {}): Promise<LabelReport> {
    this.#preparation = undefined;
    return this.#run('labelling', (owner) =>
      initializeMedia(owner, this.configuration, id, { ...options, keyStore: this.#keyStore }),
    );
  }

  /** Proves the cartridge and goes to the end of its data; good until the cartridge changes or a write fails. */
  prepareForWrite(id: string, options: PrepareOptions = {}): Promise<Preparation> {
    return this.#run('preparing', async (owner) => {
      requireText(id);
      this.#preparation = undefined;
      this.#preparation = await prepareForWrite(owner, this.configuration, id, {
        ...options,
        keyStore: this.#keyStore,
      });
      return this.#preparation;
    });
  }

  /**
   * Writes an archive behind all others; with `onEndOfMedium` over several cartridges. The source is taken over at once:
   * it is destroyed when the call is refused, aborted or fails.
   */
  async writeArchive(
    id: string,
    source: ArchiveSource,
    options: WriteArchiveOptions & SpanOptions = {},
  ): Promise<ArchiveReceipt> {
    const details = { device: this.configuration.devicePath, operation: 'write' };
    const taken = takeSource(source, details);
    try {
      requireText(id);
      requireSignal(options.signal, details);
      return await this.#run('writing an archive', (owner) => this.#write(owner, id, taken, options), options.signal);
    } catch (error) {
      taken.discard(error);
      throw error;
    }
  }

  async #write(
    owner: DriveOwner,
    id: string,
    source: TakenSource,
    options: WriteArchiveOptions & SpanOptions,
  ): Promise<ArchiveReceipt> {
    const preparation = requirePrepared(this.#preparation, id);
    this.#preparation = undefined;
    const { onEndOfMedium } = options;
    const all = { ...options, keyStore: this.#keyStore };
    const { receipt, next } = onEndOfMedium
      ? await writeSpanned(owner, this.configuration, preparation, source, { ...all, onEndOfMedium })
      : await writeArchive(owner, this.configuration, preparation, source, all);
    this.#preparation = next;
    return receipt;
  }

  /**
   * An archive as a stream, which has to be read to its end or destroyed before the tape can do anything else. When nobody
   * reads for `idleTimeoutMs` (ten minutes) while data waits, it is destroyed with ReaderIdleError. One that spans
   * cartridges needs the parts of its receipt.
   */
  async readArchive(
    id: string,
    location: number | string,
    options: ReadArchiveOptions & Partial<ReadSpannedOptions> = {},
  ): Promise<Readable> {
    requireText(id);
    const fileNumber = requireLocation(location);
    const { parts = [], onNextCartridge } = options;
    const keyStore = this.#keyStore;
    if (parts.length < 2) {
      return readArchive(await this.#owner(), this.configuration, id, fileNumber, { ...options, keyStore });
    }
    const [first] = parts;
    const isFirst = first?.location === fileNumber && isSameCartridge(first.cartridge, id);
    if (onNextCartridge === undefined || !isFirst) {
      throw new InvalidArgumentError('these are not the parts of that archive, or nobody can change the cartridge', {
        operation: 'read',
        next: 'Give the parts of the receipt, the place of the first one, and `onNextCartridge`',
      });
    }
    return readSpanned(await this.#owner(), this.configuration, {
      parts,
      onNextCartridge,
      signal: options.signal,
      idleTimeoutMs: options.idleTimeoutMs,
      keyStore,
    });
  }

  /** Reads an archive, compares its checksum when one is given, and hands nothing out. */
  async verifyArchive(id: string, location: number | string, options: ReadArchiveOptions = {}): Promise<ReadSummary> {
    requireText(id);
    const fileNumber = requireLocation(location);
    return verifyArchive(await this.#owner(), this.configuration, id, fileNumber, {
      ...options,
      keyStore: this.#keyStore,
    });
  }

  /** Over all partitions, asked of the drive now. */
  async getUtilization(): Promise<Utilization> {
    return readUtilization((await this.#owner()).drive);
  }

  /** Brings a cartridge to its end: buffer emptied, memory updated, unloaded and put out. */
  finalizeMedia(id: string): Promise<FinalizeReport> {
    return this.#run('finalizing', async (owner) => {
      requireText(id);
      this.#preparation = undefined;
      return finalizeMedia(owner, this.configuration, id, { keyStore: this.#keyStore });
    });
  }

  /** Lets the drive go, which closes it when no other provider uses it. The next call opens it again. */
  async close(): Promise<void> {
    const share = this.#share;
    this.#share = undefined;
    this.#preparation = undefined;
    if (share === undefined) return;
    const opened = await share.catch(() => undefined);
    if (opened === undefined) return;
    try {
      await this.#clearKey(opened.owner);
    } finally {
      await opened.release();
    }
  }

  /** For the other providers of the drive, which would write with it; closing the drive clears it anyway. */
  async #clearKey(owner: DriveOwner): Promise<void> {
    const { encryption } = owner.drive;
    const { encryptionKeyId } = this.configuration;
    if (encryptionKeyId === undefined || encryption.provenKeyId !== encryptionKeyId) return;
    if (owner.job === undefined) await owner.run('closing', () => encryption.disable());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #owner(): Promise<DriveOwner> {
    this.#share ??= shareDrive(this.configuration.devicePath, this.#open);
    const share = this.#share;
    try {
      return (await share).owner;
    } catch (error) {
      if (this.#share === share) this.#share = undefined;
      throw error;
    }
  }

  async #run<T>(job: string, work: (owner: DriveOwner) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const owner = await unlessAborted(this.#owner(), signal);
    return owner.run(job, () => work(owner), signal);
  }

  async #reach(): Promise<DriveOwner | OnlineStatus> {
    try {
      return await this.#owner();
    } catch (error) {
      return failedStatus(error);
    }
  }

  /** A drive that has gone is opened anew by the next call, should it come back. */
  async #lettingGo<T extends OnlineStatus>(status: T): Promise<T> {
    if (status.state === 'offline') await this.close().catch(() => undefined);
    return status;
  }
}

function isOwner(reached: DriveOwner | OnlineStatus): reached is DriveOwner {
  return 'drive' in reached;
}

function hasName({ identity }: MamInfo): boolean {
  return identity !== undefined && identity.source !== 'medium serial number';
}
