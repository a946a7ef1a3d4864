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
 * TapeHoard's contract for a storage provider, answered by an `LtoProvider`: names, types and meanings are those of its
 * `LTOProvider`, except that every method but `getName` returns a promise. What the older one did wrong is not done again:
 * docs/porting.md has the list. Methods reject with the typed errors of `LtoError` where nothing else is said.
 */
export class TapeHoardContract {
  static readonly providerId = 'lto_tape';
  static readonly name = 'LTO Tape';
  static readonly description = 'Hardware Linear Tape-Open (LTO) drives.';
  static readonly capabilities = CAPABILITIES;
  /** The flat form of the settings: key, type, title, description, default, choices. */
  static readonly configSchema: TapeHoardSchema = flatSchema(LtoProvider.configurationSchema);
  /** The provider that does the work, with all that this contract leaves out. */
  readonly provider: LtoProvider;
  #lastError: LtoError | undefined;
  #stream: { readonly pipe: PassThrough; readonly receipt: Promise<ArchiveReceipt> } | undefined;
  #prepared: string | undefined;

  constructor(configuration: TapeHoardConfiguration, options: TapeHoardOptions = {}) {
    this.provider = new LtoProvider(settingsOf(configuration), { ...options, unknownKeys: 'ignore' });
  }

  /** What was last reported of the drive at that path, without a command to it. */
  static getCachedLiveInfo(devicePath: string): TapeHoardState {
    return flatCached(cachedLiveInfo(devicePath));
  }

  get devicePath(): string {
    return this.provider.configuration.devicePath ?? '';
  }

  get compression(): boolean {
    return this.provider.configuration.compression;
  }

  /** Why `initializeMedia` or `prepareForWrite` answered false. */
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

  /** `needs_registration` is true once, when a cartridge with an identity appears. */
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

  /** False without a cartridge. */
  async checkExistingData(): Promise<boolean> {
    return unless(NoMediumError, false, async () => (await this.provider.checkExistingData()).hasData);
  }

  /** Barcode, else label, else serial number of the cartridge; null without one. */
  async identifyMedia(allowIntrusive = true): Promise<string | null> {
    return unless(NoMediumError, null, async () => {
      const { identity, mediumSerial } = await this.provider.identifyMedia({ allowIntrusive });
      return identity ?? mediumSerial ?? null;
    });
  }

  /**
   * False when it is refused, for the reason in `lastError`. `overwrite`: the present identity of a cartridge whose data
   * may be lost.
   */
  async initializeMedia(mediaId: string, overwrite?: string): Promise<boolean> {
    return this.#succeeds([LtoError], async () => {
      await this.provider.initializeMedia(mediaId, { overwrite });
    });
  }

  /** False for another cartridge, or none. */
  async prepareForWrite(mediaId: string): Promise<boolean> {
    this.#prepared = undefined;
    return this.#succeeds([LabelError, NoMediumError], async () => {
      await this.provider.prepareForWrite(mediaId);
      this.#prepared = mediaId;
    });
  }

  /** Writes behind everything that is on the cartridge, which is proven first. Resolves with the file number. */
  async writeArchive(mediaId: string, stream: ArchiveSource): Promise<string> {
    const { location } = await this.#write(mediaId, stream);
    return String(location);
  }

  /** A stream into the next file of the prepared cartridge: end it, then call `finalizeStream`. */
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

  /** The file number of what was written to the stream, once it is on tape. */
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

  /** File at which the tape stands, as digits. */
  async getCurrentFileNumber(): Promise<string> {
    const { fileNumber = 0 } = await this.provider.position();
    return String(fileNumber);
  }

  /** 0 to 1; null if it is not known. */
  async getUtilization(): Promise<number | null> {
    return (await this.provider.getUtilization()).fraction ?? null;
  }

  /** Ejects that cartridge, and no other. */
  async finalizeMedia(mediaId: string): Promise<void> {
    this.#prepared = undefined;
    await this.provider.finalizeMedia(mediaId);
  }

  /** A file of the cartridge, which is proven first. Read it to its end, or destroy it. */
  async readArchive(mediaId: string, locationId: string | number): Promise<Readable> {
    return this.provider.readArchive(mediaId, locationId);
  }

  /** `mt rewind`. */
  async rewind(): Promise<void> {
    await this.provider.rewind();
  }

  /** `mt offline`, for whichever cartridge is in the drive. */
  async eject(): Promise<void> {
    this.#prepared = undefined;
    await this.provider.eject({ any: true });
  }

  /** `mt erase` and a new label: the cartridge is empty, and keeps its name. */
  async reinitialize(mediaId: string): Promise<boolean> {
    return this.#succeeds([LtoError], async () => {
      await this.provider.clear(mediaId);
    });
  }

  /** False when the time is up. */
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
    // A source that fails meanwhile fails the writing.
    stream?.on('error', () => undefined);
    try {
      await this.provider.prepareForWrite(mediaId);
    } catch (error) {
      stream?.destroy(error as Error);
      throw error;
    }
    return this.provider.writeArchive(mediaId, source);
  }

  /** True, or false for an error of these classes. */
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
