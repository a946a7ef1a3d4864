import { type NumberRange, requireNumber } from '../arguments/number.js';
import { requireBoolean, requireOptions, requireRecord } from '../arguments/options.js';
import { unlessAborted } from '../arguments/signal.js';
import type { StreamLease } from '../device/lease.js';
import type { RawCommand, RawReply } from '../device/raw-command.js';
import { preventAllow } from '../scsi/commands/primary.js';
import type { HostAttributes } from '../scsi/mam/host.js';
import type { DataSource } from '../streams/taken-source.js';
import type { CallOptions } from '../transport/scsi-transport.js';
import type { Transport } from '../transport/transport.js';
import { guardBlocks } from './block-protection/guard.js';
import type { BlockProtection } from './block-protection/options.js';
import { clearBeforeUnload, TapeEncryption } from './encryption/encryption.js';
import { closeLastFile } from './motion/close-last-file.js';
import { type EndOfData, spaceToEndOfData } from './motion/end-of-data.js';
import type { EraseConfirmation } from './motion/erase-confirmation.js';
import { FILES, locateFile, locateObject, RECORDS, space } from './motion/motion.js';
import { enterPartition, type PartitionOptions, requirePartition, rewind } from './motion/partition.js';
import { type FormatOptions, formatCartridge, scaleCapacity } from './motion/prepare-medium.js';
import { type DriveVerification, type VerifyInDriveOptions, verifyInDrive } from './motion/verify-in-drive.js';
import { type WaitOptions, waitUntilReady } from './motion/wait-until-ready.js';
import { permitWriting, protectionGuard } from './motion/write-permission.js';
import { closeDrive } from './open/close-drive.js';
import { type OpenOptions, openTransport } from './open/open-transport.js';
import { type DriveModel, readDriveModel } from './port/drive-model.js';
import { DrivePort } from './port/drive-port.js';
import { sendRaw } from './port/raw-command.js';
import { type SetAttributesOptions, writeHostAttributes } from './reports/cartridge-memory.js';
import { requireReady } from './reports/readiness.js';
import { changeSettings, type SettingChanges, type TapeSettings } from './reports/settings.js';
import type { SessionOptions } from './session/session-options.js';
import { WriteSession } from './session/write-session.js';
import type { TapeReceipt } from './stream/file/receipt.js';
import { fileOptions, nowhere, type ReadDestination, readFile, requireDestination } from './stream/read/read-file.js';
import { type ReadStreamOptions, requireReadOptions } from './stream/read/read-options.js';
import { type ReadSummary, TapeReadStream } from './stream/read/read-stream.js';
import { writeFile } from './stream/write/write-file.js';
import { requireWriteOptions, type WriteStreamOptions } from './stream/write/write-options.js';
import { TapeWriteStream } from './stream/write/write-stream.js';
import { TapeReports } from './tape-reports.js';

/** WRITE FILEMARKS(6) has 24 bits; the driver takes no more than a signed count. */
const FILEMARKS: NumberRange = { min: 0, max: 0x7f_ffff, unit: 'filemarks' };
/** The block descriptor has 24 bits; 0 is variable mode. */
const BLOCK_SIZES: NumberRange = { min: 0, max: 0xff_ffff, unit: 'bytes' };
const ALLOCATIONS: NumberRange = { min: 1, max: 2 ** 31, unit: 'bytes' };

/**
 * One tape drive and the cartridge in it. Queries may be made at any time; motion and data belong to one user at a
 * time, and DriveBusyError says so. Every method rejects with the typed errors of `LtoError`.
 */
export class TapeDrive extends TapeReports {
  /** Keys: what the drive can do with them, what is set, and setting them. */
  readonly encryption: TapeEncryption;
  readonly #port: DrivePort;
  #stream: TapeWriteStream | TapeReadStream | undefined;
  #closing: Promise<void> | undefined;

  private constructor(port: DrivePort, protection?: BlockProtection) {
    super(port);
    this.#port = port;
    this.encryption = new TapeEncryption(port);
    port.addGuard(protectionGuard(port));
    guardBlocks(port, protection);
  }

  /**
   * Opens a drive: `/dev/nst0`, a link to such a node (`/dev/tape/by-id/…-nst`), or `virtual:<folder>`. Works without
   * a cartridge. Rejects with DeviceNotFoundError, NotATapeDriveError, PermissionError, DriveBusyError,
   * AddonUnavailableError, and InvalidArgumentError for a node that rewinds on close.
   */
  static async open(device: string, options?: OpenOptions): Promise<TapeDrive> {
    const transport = await openTransport(device, options);
    return new TapeDrive(new DrivePort(transport, await readDriveModel(transport)), options?.protection);
  }

  /**
   * A drive on a transport of the caller's, such as a virtual drive's, whose faults and cartridge the caller holds.
   * Without a model it is treated as one of which nothing is known.
   */
  static onTransport(transport: Transport, model?: DriveModel): TapeDrive {
    requireRecord('a transport', transport);
    requireOptions(model);
    return new TapeDrive(new DrivePort(transport, model));
  }

  /** The device as it was named at `open`. */
  get device(): string {
    return this.#port.device;
  }

  /**
   * Counts the events after which nothing holds that was known of the cartridge, the position or the settings: a
   * changed cartridge, a reset, a load. They are known as soon as a command has met the drive's unit attention.
   */
  get mediumEpoch(): number {
    return this.#port.mediumEpoch;
  }

  /**
   * Asks the driver, with a command to the drive, whether the position is still known. Rejects with PositionLostError
   * when the drive was reset or its cartridge changed, and `mediumEpoch` counts it, whoever has noticed it first.
   */
  async confirmPosition(options?: CallOptions): Promise<void> {
    requireOptions(options, { device: this.device, operation: 'confirm position' });
    await unlessAborted(this.#port.confirmPosition('confirm position'), options?.signal);
  }

  /**
   * Rejects with WriteProtectedError unless what is recorded from here on may be overwritten. On media that take no change
   * the tape is moved to the end of the data.
   */
  requireOverwritable(options?: CallOptions): Promise<void> {
    return this.#move('overwrite', () => permitWriting(this.#port, 'overwrite', 'overwrite'), options);
  }

  /** Changes settings of the drive and no others; see `changeSettings`. Resolves with all settings as they then are. */
  configure(changes: SettingChanges, options?: CallOptions): Promise<TapeSettings> {
    return this.#move('configure', () => changeSettings(this.#port, changes), options);
  }

  /**
   * Sends a command of the caller's, and resolves with whatever the drive answers; see docs/raw-commands.md. Rejects with
   * InvalidArgumentError for what is no command, or writes past the checks of this library, and DriveBusyError while a
   * stream is open, but for plain queries. After all others the position is lost until the next rewind, and the cartridge
   * has to be identified again.
   */
  scsi(command: RawCommand, options?: CallOptions): Promise<RawReply> {
    return sendRaw(this.#port, command, options);
  }

  /** Waits while the drive loads, calibrates, formats or erases: up to two hours unless told otherwise. */
  waitUntilReady(options?: WaitOptions): Promise<void> {
    return waitUntilReady(this.#port, options);
  }

  /** Writes host attributes by the names of `mam().values` and reads each back; null deletes. See `SetAttributesOptions`. */
  setAttributes(values: HostAttributes, options?: SetAttributesOptions): Promise<void> {
    return writeHostAttributes(this.#port, values, options);
  }

  /** To the beginning of a partition, 0 by default, whichever partition the tape was left in. */
  rewind(options?: PartitionOptions): Promise<void> {
    return this.#move('rewind', () => rewind(this.#port, options), options);
  }

  /** Over `count` filemarks; backwards when negative, to the near side of the last one. */
  spaceFiles(count: number, options?: CallOptions): Promise<void> {
    return this.#move('space over files', () => space(this.#port, FILES, count, options), options);
  }

  spaceRecords(count: number, options?: CallOptions): Promise<void> {
    return this.#move('space over records', () => space(this.#port, RECORDS, count, options), options);
  }

  /** To the end of the recorded data of a partition, 0 by default; tells what it ends with. */
  spaceToEndOfData(options: PartitionOptions = {}): Promise<EndOfData> {
    return this.#move(
      'space to end of data',
      async () => {
        await enterPartition(this.#port, options.partition ?? 0, options);
        return spaceToEndOfData(this.#port, options);
      },
      options,
    );
  }

  /** To the first record of a file of a partition, 0 by default, checked. */
  locateFile(fileNumber: number, options?: PartitionOptions): Promise<void> {
    return this.#move('locate file', () => locateFile(this.#port, fileNumber, options), options);
  }

  /**
   * To a logical object number of a partition, 0 by default. File and block number are unknown to the driver afterwards;
   * `position()` tells the file.
   */
  locate(logicalObject: number, options: PartitionOptions = {}): Promise<void> {
    return this.#move('locate', () => locateObject(this.#port, logicalObject, options), options);
  }

  /** Writes filemarks where the tape stands, synchronously; 0 only makes the drive empty its buffer. */
  writeFilemarks(count = 1, options?: CallOptions): Promise<void> {
    return this.#move(
      'write filemarks',
      async () => {
        requireNumber('count', count, FILEMARKS, { device: this.device, operation: 'write filemarks' });
        await this.#port.confirmPosition('write filemarks');
        await requirePartition(this.#port, this.#port.partition, 'write filemarks');
        if (count > 0) await permitWriting(this.#port, 'overwrite', 'write filemarks');
        await this.#port.mt('MTWEOF', count, options);
      },
      options,
    );
  }

  /** Writes the filemark that the last file lacks, when `spaceToEndOfData()` said `unterminated`. */
  closeUnterminatedFile(options: PartitionOptions = {}): Promise<void> {
    return this.#move('close the last file', () => closeLastFile(this.#port, options), options);
  }

  /** Erases from where the tape stands to its end: what follows is gone. `long` overwrites it, which takes hours. */
  erase(options: CallOptions & { readonly long?: boolean } = {}): Promise<void> {
    return this.#move(
      'erase',
      async () => {
        await this.#port.confirmPosition('erase');
        await requirePartition(this.#port, this.#port.partition, 'erase');
        await permitWriting(this.#port, 'overwrite', 'erase');
        await this.#port.mt('MTERASE', options.long ? 1 : 0, options);
      },
      options,
    );
  }

  /** Fixed-block mode with `bytes` a block, or variable mode with 0. Streams set variable mode themselves. */
  setBlockSize(bytes: number, options?: CallOptions): Promise<void> {
    return this.#move(
      'set block size',
      async () => {
        requireNumber('bytes', bytes, BLOCK_SIZES, { device: this.device, operation: 'set block size' });
        await this.#port.mt('MTSETBLK', bytes, options);
      },
      options,
    );
  }

  /** Keeps the cartridge in the drive, or lets it go again. */
  preventRemoval(prevent: boolean, options?: CallOptions): Promise<void> {
    const lock = async () => {
      requireBoolean('prevent', prevent, { device: this.device, operation: 'prevent removal' });
      await this.#port.mt(prevent ? 'MTLOCK' : 'MTUNLOCK', 1, options);
    };
    return this.#move('prevent removal', lock, options);
  }

  /** Destroys everything on the cartridge and makes its partitions anew; see `formatCartridge`. */
  formatMedium(options: FormatOptions & CallOptions): Promise<void> {
    return this.#move('format medium', () => formatCartridge(this.#port, options), options);
  }

  /** Destroys everything on the cartridge and uses only a part of it from then on; see `scaleCapacity`. */
  setCapacity(proportion: number, options: EraseConfirmation & CallOptions): Promise<void> {
    return this.#move('set capacity', () => scaleCapacity(this.#port, proportion, options), options);
  }

  load(options?: CallOptions): Promise<void> {
    return this.#move(
      'load',
      async () => {
        await this.#port.mt('MTLOAD', 1, options);
        await requireReady(this.#port);
      },
      options,
    );
  }

  /** Rewinds and unthreads; the cartridge stays in the mouth of a drive without a changer. Clears a key of ours. */
  unload(options?: CallOptions): Promise<void> {
    return this.#move(
      'unload',
      async () => {
        await clearBeforeUnload(this.#port);
        await this.#port.mt('MTUNLOAD', 1, options);
      },
      options,
    );
  }

  /** Unlocks, rewinds and puts the cartridge out. Clears a key of ours. */
  eject(options?: CallOptions): Promise<void> {
    return this.#move(
      'eject',
      async () => {
        await clearBeforeUnload(this.#port);
        // By command: `st` refuses MTUNLOCK while it doesn't know the position.
        await this.#port.queryIfSupported(preventAllow(false), options);
        await this.#port.mt('MTOFFL', 1, options);
      },
      options,
    );
  }

  /**
   * Page-aligned memory for chunks of whole records that a write stream takes without a copy. It may be changed again
   * when the callback of `write()` was called, or when `released()` resolves.
   */
  allocate(byteLength: number): Buffer {
    requireNumber('byteLength', byteLength, ALLOCATIONS, { device: this.device, operation: 'allocate' });
    const { buffer } = this.#port.memory.allocate(byteLength);
    return Buffer.from(buffer, 0, byteLength);
  }

  /**
   * Resolves when no stream needs memory of `allocate()` any more. For sources that fill the same few pieces over and
   * over: `await drive.released(chunk)` before filling, then yield it to `pipeline()`.
   */
  released(memory: Uint8Array): Promise<void> {
    return this.#port.memory.released(memory);
  }

  /**
   * A file to write; see `WriteStreamOptions` for where. Throws InvalidArgumentError for options that can't be right and
   * DriveBusyError while the tape is in use; everything else is an error of the stream.
   */
  createWriteStream(options: WriteStreamOptions = {}): TapeWriteStream {
    requireWriteOptions(this.device, options);
    return this.#open('a write stream', (lease) => new TapeWriteStream(this.#port, options, lease));
  }

  /** The file where the tape stands, or the one that `fileNumber` names. Throws as `createWriteStream`. */
  createReadStream(options: ReadStreamOptions = {}): TapeReadStream {
    requireReadOptions(this.device, options);
    return this.#open('a read stream', (lease) => new TapeReadStream(this.#port, options, lease));
  }

  /**
   * Writes all of a source as one file and resolves with its receipt. The source is taken over at once: it is destroyed
   * when the call is refused or fails. Rejects with InvalidArgumentError for what is no source of bytes, before the tape
   * moves; with WriteError when the source failed or writing was ended early, which tells in `fileNumber` and `safe`
   * what is on tape and has the reason as its `cause`; with the signal's AbortError when nothing was written; and with
   * the errors of the stream.
   */
  writeFile(source: DataSource, options: WriteStreamOptions = {}): Promise<TapeReceipt> {
    return writeFile(this.device, source, () => this.createWriteStream(options));
  }

  /** Writes many files without a stop of the tape behind each: see `WriteSession`. Throws as `createWriteStream`. */
  session(options: SessionOptions = {}): WriteSession {
    requireOptions(options, { device: this.device, operation: 'session' });
    return new WriteSession(this.#port, options, (file, frame, by) => {
      requireWriteOptions(this.device, file);
      return this.#open('a write stream', (lease) => new TapeWriteStream(this.#port, file, lease, frame), by);
    });
  }

  /**
   * Reads a file, the one of that number or as the options say, into a stream, which is ended, or hands it to a function
   * that reads all of it. Resolves with its summary when the tape stands behind it. Rejects with the errors of the
   * stream, and with what the destination fails with.
   */
  async readFile(file: number | ReadStreamOptions, destination: ReadDestination): Promise<ReadSummary> {
    requireDestination(this.device, destination);
    const options = fileOptions(this.device, file);
    return readFile(this.device, this.createReadStream(options), destination);
  }

  /**
   * Reads a file to its filemark and keeps nothing, or with `inDrive` has the drive do so: see `verifyInDrive`. Rejects
   * with VerificationError when `expectedChecksum` is given and the file has another one.
   */
  verifyFile(file: number | (ReadStreamOptions & { readonly inDrive?: false })): Promise<ReadSummary>;
  verifyFile(file: VerifyInDriveOptions): Promise<DriveVerification>;
  async verifyFile(file: number | ReadStreamOptions | VerifyInDriveOptions): Promise<ReadSummary | DriveVerification> {
    const options = fileOptions(this.device, file);
    if ('inDrive' in options && options.inDrive) {
      return this.#move('verify', () => verifyInDrive(this.#port, options), options);
    }
    return this.readFile({ reuseChunks: true, ...options }, nowhere());
  }

  /**
   * Destroys a stream that is still open (which closes its file), clears a key that was set through this handle, switches
   * protection off that it has used, and closes the drive. Waits for motions under way; from the call on, others reject
   * with DriveClosedError. Rejects when one of them reports an error. A second call resolves when the first has ended.
   */
  close(): Promise<void> {
    if (this.#closing) return this.#closing.catch(() => undefined);
    this.#closing = closeDrive(this.#port, this.#stream);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #move<T>(operation: string, work: () => Promise<T>, options?: CallOptions): Promise<T> {
    requireOptions(options, { device: this.device, operation });
    return this.#port.lease.exclusively(operation, work, options?.signal);
  }

  #open<T extends TapeWriteStream | TapeReadStream>(user: string, make: (lease: StreamLease) => T, by?: object): T {
    const lease = this.#port.lease.acquireStream(user, by);
    try {
      const stream = make(lease);
      this.#stream = stream;
      return stream;
    } catch (error) {
      lease.ending();
      lease.release();
      throw error;
    }
  }
}
