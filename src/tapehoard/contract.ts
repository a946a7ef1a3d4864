import { PassThrough, Readable, type Writable } from 'node:stream';
import { InvalidArgumentError, LabelError, LtoError, NoMediumError } from '../errors/index.js';
import type { ArchiveReceipt, ArchiveSource } from '../provider/archive/archive.js';
import { cachedLiveInfo } from '../provider/monitor/seen-drives.js';
import { LtoProvider } from '../provider/provider.js';
import type { ProviderOptions } from '../provider/provider-options.js';
import {
  flatCached,
  flatDrive,
  flatHealth,
  flatMam,
  flatState,
  type TapeHoardDrive,
  type TapeHoardHealth,
  type TapeHoardMam,
  type TapeHoardState,
} from './answers.js';
import { flatSchema, settingsOf, type TapeHoardConfiguration, type TapeHoardSchema } from './configuration.js';

export type TapeHoardOptions = Omit<ProviderOptions, 'unknownKeys'>;

const CAPABILITIES = {
  supports_random_access: false,
  is_offline_capable: true,
  supports_hardware_encryption: true,
} as const;
const SECOND_MS = 1000;

/**
 * TapeHoard's contract for a storage provider, implemented with `LtoProvider`. Names, types and meanings are those of its
 * `LTOProvider`, except that every method but `getName` returns a promise. Its faults are not repeated;
 * docs/porting.md lists them. Methods reject with the typed errors of `LtoError` unless stated otherwise.
 */
export class TapeHoardContract {
  static readonly providerId = 'lto_tape';
  static readonly name = 'LTO Tape';
  static readonly description = 'Hardware Linear Tape-Open (LTO) drives.';
  static readonly capabilities = CAPABILITIES;
  /** The flat form of the settings: key, type, title, description, default, choices. */
  static readonly configSchema: TapeHoardSchema = flatSchema(LtoProvider.configurationSchema);
  /** The provider that does the work; it also has everything that this contract lacks. */
  readonly provider: LtoProvider;
  #lastError: LtoError | undefined;
  #stream: { readonly pipe: PassThrough; readonly receipt: Promise<ArchiveReceipt> } | undefined;
  #prepared: string | undefined;

  constructor(configuration: TapeHoardConfiguration, options: TapeHoardOptions = {}) {
    this.provider = new LtoProvider(settingsOf(configuration), { ...options, unknownKeys: 'ignore' });
  }

  /** What was last reported about the drive at that path; sends no command. */
  static getCachedLiveInfo(devicePath: string): TapeHoardState {
    return flatCached(cachedLiveInfo(devicePath));
  }

  get devicePath(): string {
    return this.provider.configuration.devicePath ?? '';
  }

  get compression(): boolean {
    return this.provider.configuration.compression;
  }

  /** Why `initializeMedia` or `prepareForWrite` returned false. */
  get lastError(): LtoError | undefined {
    return this.#lastError;
  }

  getName(): string {
    return 'LTO Tape';
  }

  async getDriveInfo(): Promise<TapeHoardDrive> {
    const { drive } = await this.provider.getLiveInfo();
    return drive === undefined ? {} : flatDrive(drive);
  }

  async getMamInfo(force = false): Promise<TapeHoardMam> {
    const { tape } = await this.provider.getLiveInfo({ force });
    return tape === undefined ? {} : flatMam(tape);
  }

  /** `needs_registration` is true once for each cartridge with an identity that appears. */
  async getLiveInfo(force = false): Promise<TapeHoardState> {
    const { online = false } = this.provider.cachedLiveInfo() ?? {};
    return flatState(await this.provider.getLiveInfo({ force }), online);
  }

  async getHealthStatus(): Promise<TapeHoardHealth> {
    return flatHealth(await this.provider.health());
  }

  async checkOnline(force = false): Promise<boolean> {
    return (await this.provider.getLiveInfo({ force })).online;
  }

  async isWriteProtected(): Promise<boolean> {
    return (await this.provider.isWriteProtected()).writeProtected;
  }

  /** False if there is no cartridge. */
  async checkExistingData(): Promise<boolean> {
    return unless(NoMediumError, false, async () => (await this.provider.checkExistingData()).hasData);
  }

  /** Barcode of the cartridge, or else its label, or else its serial number; null if there is none. */
  async identifyMedia(allowIntrusive = true): Promise<string | null> {
    return unless(NoMediumError, null, async () => {
      const { identity, mediumSerial } = await this.provider.identifyMedia({ allowIntrusive });
      return identity ?? mediumSerial ?? null;
    });
  }

  /**
   * Returns false if it is refused; `lastError` has the reason. `overwrite`: the current identity of a cartridge whose
   * data may be lost.
   */
  async initializeMedia(mediaId: string, overwrite?: string): Promise<boolean> {
    return this.#succeeds([LtoError], async () => {
      await this.provider.initializeMedia(mediaId, { overwrite });
    });
  }

  /** Returns false for another cartridge, or if there is none. */
  async prepareForWrite(mediaId: string): Promise<boolean> {
    this.#prepared = undefined;
    return this.#succeeds([LabelError, NoMediumError], async () => {
      await this.provider.prepareForWrite(mediaId);
      this.#prepared = mediaId;
    });
  }

  /** Appends to the cartridge, whose identity is proven first. Resolves with the file number. */
  async writeArchive(mediaId: string, stream: ArchiveSource): Promise<string> {
    const { location } = await this.#write(mediaId, stream);
    return String(location);
  }

  /** A stream that writes the next file of the prepared cartridge: end it, then call `finalizeStream`. */
  async openStream(): Promise<Writable> {
    const mediaId = this.#prepared;
    if (mediaId === undefined || this.#stream !== undefined) {
      throw new InvalidArgumentError(mediaId === undefined ? 'no cartridge is prepared' : 'a stream is open', {
        device: this.devicePath,
        operation: 'write',
        next: mediaId === undefined ? 'Call prepareForWrite first' : 'End it, and call finalizeStream',
      });
    }
    const pipe = new PassThrough();
    const receipt = this.#write(mediaId, pipe);
    // `finalizeStream` reports it; a writer of the stream sees it too.
    receipt.catch((error: Error) => pipe.destroy(error));
    this.#stream = { pipe, receipt };
    return pipe;
  }

  /** Resolves with the file number when the data of the stream is on tape. */
  async finalizeStream(): Promise<string> {
    const stream = this.#stream;
    if (stream === undefined) {
      throw new InvalidArgumentError('no stream is open', {
        device: this.devicePath,
        operation: 'write',
        next: 'Call openStream first',
      });
    }
    this.#stream = undefined;
    if (!stream.pipe.writableEnded) stream.pipe.end();
    return String((await stream.receipt).location);
  }

  /** Number of the file at the current position, as digits. */
  async getCurrentFileNumber(): Promise<string> {
    const { fileNumber = 0 } = await this.provider.position();
    return String(fileNumber);
  }

  /** 0 to 1; null if unknown. */
  async getUtilization(): Promise<number | null> {
    return (await this.provider.getUtilization()).fraction ?? null;
  }

  /** Ejects this cartridge; rejects for any other. */
  async finalizeMedia(mediaId: string): Promise<void> {
    this.#prepared = undefined;
    await this.provider.finalizeMedia(mediaId);
  }

  /** A file of the cartridge, whose identity is proven first. Read the stream to its end, or destroy it. */
  async readArchive(mediaId: string, locationId: string | number): Promise<Readable> {
    return this.provider.readArchive(mediaId, locationId);
  }

  /** `mt rewind`. */
  async rewind(): Promise<void> {
    await this.provider.rewind();
  }

  /** `mt offline`: ejects whichever cartridge is in the drive. */
  async eject(): Promise<void> {
    this.#prepared = undefined;
    await this.provider.eject({ any: true });
  }

  /** `mt erase` and a new label: empties the cartridge, which keeps its name. */
  async reinitialize(mediaId: string): Promise<boolean> {
    return this.#succeeds([LtoError], async () => {
      await this.provider.clear(mediaId);
    });
  }

  /** Returns false on a timeout. */
  async waitForDriveReady(timeoutSeconds = 60): Promise<boolean> {
    return this.#succeeds([LtoError], () => this.provider.waitReady({ timeoutMs: timeoutSeconds * SECOND_MS }));
  }

  async close(): Promise<void> {
    const { pipe, receipt } = this.#stream ?? {};
    this.#stream = undefined;
    pipe?.destroy();
    await receipt?.catch(() => undefined);
    await this.provider.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #write(mediaId: string, source: ArchiveSource): Promise<ArchiveReceipt> {
    const stream = source instanceof Readable ? source : undefined;
    // If the source fails meanwhile, the write fails too.
    stream?.on('error', () => undefined);
    try {
      await this.provider.prepareForWrite(mediaId);
    } catch (error) {
      stream?.destroy(error as Error);
      throw error;
    }
    return this.provider.writeArchive(mediaId, source);
  }

  /** True on success; false for an error of these classes. */
  async #succeeds(refusals: readonly (abstract new (...parameters: never[]) => LtoError)[], work: () => Promise<void>) {
    try {
      await work();
      this.#lastError = undefined;
      return true;
    } catch (error) {
      if (!refusals.some((refusal) => error instanceof refusal)) throw error;
      this.#lastError = error as LtoError;
      return false;
    }
  }
}

async function unless<T>(
  refusal: abstract new (...parameters: never[]) => LtoError,
  otherwise: T,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof refusal) return otherwise;
    throw error;
  }
}
