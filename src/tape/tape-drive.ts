import { type NumberRange, requireNumber } from '../arguments/number.js';
import type { NameTable } from '../arguments/option-names.js';
import {
  ask,
  CALL_OPTIONS,
  type CallOptions,
  requireBoolean,
  requireOptions,
  requireRecord,
} from '../arguments/options.js';
import { unlessAborted } from '../arguments/signal.js';
import type { StreamLease } from '../device/lease.js';
import { traced, traceMethods } from '../device/operation-log.js';
import type { RawCommand, RawReply } from '../device/raw-command.js';
import type { HostAttributes } from '../scsi/mam/host.js';
import type { DataSource } from '../streams/taken-source.js';
import type { Transport } from '../transport/transport.js';
import { guardBlocks } from './block-protection/guard.js';
import type { BlockProtection } from './block-protection/options.js';
import { TapeEncryption } from './encryption/encryption.js';
import { closeLastFile } from './motion/close-last-file.js';
import { type EndOfData, spaceToEndOfData } from './motion/end-of-data.js';
import { CONFIRMED_OPTIONS, type EraseConfirmation } from './motion/erase-confirmation.js';
import { FILES, locateFile, locateObject, RECORDS, space } from './motion/motion.js';
import { enterPartition, requirePartition, rewind } from './motion/partition.js';
import { FORMAT_OPTIONS, type FormatOptions, formatCartridge, scaleCapacity } from './motion/prepare-medium.js';
import {
  type DriveVerification,
  VERIFY_IN_DRIVE_OPTIONS,
  type VerifyInDriveOptions,
  verifyInDrive,
} from './motion/verify-in-drive.js';
import { type WaitOptions, waitUntilReady } from './motion/wait-until-ready.js';
import { permitWriting, protectionGuard } from './motion/write-permission.js';
import { closeDrive } from './open/close-drive.js';
import { eject, load, unload } from './open/load.js';
import { type OpenOptions, openTransport } from './open/open-transport.js';
import { type DriveModel, readDriveModel } from './port/drive-model.js';
import { DrivePort } from './port/drive-port.js';
import { PARTITION_OPTIONS, type PartitionOptions } from './port/partitions.js';
import { sendRaw } from './port/raw-command.js';
import { type SetAttributesOptions, writeHostAttributes } from './reports/cartridge-memory.js';
import { changeSettings, type SettingChanges, type TapeSettings } from './reports/settings.js';
import type { SessionOptions } from './session/session-options.js';
import { WriteSession } from './session/write-session.js';
import type { TapeReceipt } from './stream/file/receipt.js';
import { fileOptions, nowhere, type ReadDestination, readFile, requireDestination } from './stream/read/read-file.js';
import { type ReadStreamOptions, requireReadOptions } from './stream/read/read-options.js';
import { type ReadSummary, TapeReadStream } from './stream/read/read-stream.js';
import { traceStream } from './stream/trace-stream.js';
import { writeFile } from './stream/write/write-file.js';
import { requireWriteOptions, type WriteStreamOptions } from './stream/write/write-options.js';
import { TapeWriteStream } from './stream/write/write-stream.js';
import { TapeReports } from './tape-reports.js';

/** WRITE FILEMARKS(6) has 24 bits; the driver takes no more than a signed count. */
const FILEMARKS: NumberRange = { min: 0, max: 0x7f_ffff, unit: 'filemarks' };
/** The block descriptor has 24 bits; 0 is variable mode. */
const BLOCK_SIZES: NumberRange = { min: 0, max: 0xff_ffff, unit: 'bytes' };
const ERASE_OPTIONS = { ...CALL_OPTIONS, long: true } as const;
const ALLOCATIONS: NumberRange = { min: 1, max: 2 ** 31, unit: 'bytes' };

/**
 * One tape drive and the cartridge in it. Queries are allowed at any time. Motions wait for each other; while a stream
 * is open they reject with DriveBusyError. Every method rejects with the typed errors of `LtoError`.
 */
export class TapeDrive extends TapeReports {
  /** Encryption: what the drive supports, which key is set, and setting or clearing one. */
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
    const opening = openTransport(device, options).then(async (transport) => {
      return new TapeDrive(new DrivePort(transport, await readDriveModel(transport)), options?.protection);
    });
    const opened = () => unlessAborted(opening, options?.signal, (drive) => drive.close());
    return traced({ subject: 'TapeDrive', operation: 'open', device }, opened);
  }

  /**
   * A drive on the caller's own transport, such as that of a virtual drive whose faults and cartridge the caller
   * controls. Without a model, standard sense codes and the longest timeouts apply.
   */
  static onTransport(transport: Transport, model?: DriveModel): TapeDrive {
    requireRecord('a transport', transport);
    requireOptions(model);
    return new TapeDrive(new DrivePort(transport, model));
  }

  /** The device name that was given to `open`. */
  get device(): string {
    return this.#port.device;
  }

  /**
   * Counts the events that make all knowledge of the cartridge, the position and the settings invalid: another
   * cartridge, a reset, a load. An event counts once a command has received the drive's unit attention.
   */
  get mediumEpoch(): number {
    return this.#port.mediumEpoch;
  }

  /**
   * Asks the driver, with a command to the drive, whether the position is still known. Rejects with PositionLostError
   * when the drive was reset or its cartridge changed. `mediumEpoch` then counts that change, whichever program saw it
   * first.
   */
  async confirmPosition(options?: CallOptions): Promise<void> {
    const operation = 'confirm position';
    const confirm = () => this.#port.confirmPosition(operation);
    await ask(options, { device: this.device, operation }, confirm, CALL_OPTIONS);
  }

  /**
   * Rejects with WriteProtectedError unless the data from the current position on may be overwritten. On WORM media and
   * in append-only mode the tape is moved to the end of the data.
   */
  requireOverwritable(options?: CallOptions): Promise<void> {
    return this.#move('overwrite', () => permitWriting(this.#port, 'overwrite', 'overwrite'), options);
  }

  /** Changes the given settings only; see `changeSettings`. Resolves with all settings, read back. */
  configure(changes: SettingChanges, options?: CallOptions): Promise<TapeSettings> {
    return this.#move('configure', () => changeSettings(this.#port, changes), options);
  }

  /**
   * Sends the caller's own SCSI command and resolves with the drive's answer, whatever it is; see docs/raw-commands.md.
   * Rejects with InvalidArgumentError for a malformed command or one that bypasses this library's write checks, and,
   * except for plain queries, DriveBusyError while a stream is open. After any other command than a plain query the
   * position is unknown until the next rewind, and the cartridge must be identified again.
   */
  scsi(command: RawCommand, options?: CallOptions): Promise<RawReply> {
    return sendRaw(this.#port, command, options);
  }

  /** Waits while the drive loads, calibrates, formats or erases: two hours by default. */
  waitUntilReady(options?: WaitOptions): Promise<void> {
    return waitUntilReady(this.#port, options);
  }

  /**
   * Writes host attributes, named as in `mam().values`, and reads them back; null deletes. See `SetAttributesOptions`.
   */
  setAttributes(values: HostAttributes, options?: SetAttributesOptions): Promise<void> {
    return writeHostAttributes(this.#port, values, options);
  }

  /** Moves to the beginning of a partition, 0 by default, even if the tape stands in another partition. */
  rewind(options?: PartitionOptions): Promise<void> {
    return this.#move('rewind', () => rewind(this.#port, options), options, PARTITION_OPTIONS);
  }

  /** Moves over `count` filemarks. Negative: backwards, to the beginning-of-tape side of the last one. */
  spaceFiles(count: number, options?: CallOptions): Promise<void> {
    return this.#move('space over files', () => space(this.#port, FILES, count, options), options);
  }

  spaceRecords(count: number, options?: CallOptions): Promise<void> {
    return this.#move('space over records', () => space(this.#port, RECORDS, count, options), options);
  }

  /** Moves to the end of the data of a partition, 0 by default, and reports what the data ends with. */
  spaceToEndOfData(options: PartitionOptions = {}): Promise<EndOfData> {
    return this.#move(
      'space to end of data',
      async () => {
        await enterPartition(this.#port, options.partition === undefined ? 0 : options.partition, options);
        return spaceToEndOfData(this.#port, options);
      },
      options,
      PARTITION_OPTIONS,
    );
  }

  /** Moves to the first record of a file of a partition, 0 by default, and checks the position. */
  locateFile(fileNumber: number, options?: PartitionOptions): Promise<void> {
    return this.#move('locate file', () => locateFile(this.#port, fileNumber, options), options, PARTITION_OPTIONS);
  }

  /**
   * Moves to a logical object number of a partition, 0 by default. The driver then does not know the file and block
   * number; `position()` reports the file.
   */
  locate(logicalObject: number, options: PartitionOptions = {}): Promise<void> {
    return this.#move('locate', () => locateObject(this.#port, logicalObject, options), options, PARTITION_OPTIONS);
  }

  /** Writes filemarks at the current position, synchronously; 0 only makes the drive empty its buffer. */
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

  /** Writes the missing filemark of the last file, when `spaceToEndOfData()` reported `unterminated`. */
  closeUnterminatedFile(options: PartitionOptions = {}): Promise<void> {
    return this.#move('close the last file', () => closeLastFile(this.#port, options), options, PARTITION_OPTIONS);
  }

  /** Erases from the current position on: all data there is lost. `long` overwrites it, which takes hours. */
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
      ERASE_OPTIONS,
    );
  }

  /** Sets fixed-block mode with `bytes` per block, or variable mode with 0. Streams set variable mode themselves. */
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

  /** Prevents the removal of the cartridge, or allows it again. */
  preventRemoval(prevent: boolean, options?: CallOptions): Promise<void> {
    const lock = async () => {
      requireBoolean('prevent', prevent, { device: this.device, operation: 'prevent removal' });
      await this.#port.mt(prevent ? 'MTLOCK' : 'MTUNLOCK', 1, options);
    };
    return this.#move('prevent removal', lock, options);
  }

  /** Destroys all data on the cartridge and creates its partitions again; see `formatCartridge`. */
  formatMedium(options: FormatOptions & CallOptions): Promise<void> {
    return this.#move('format medium', () => formatCartridge(this.#port, options), options, FORMAT_OPTIONS);
  }

  /** Destroys all data on the cartridge and limits its capacity; see `scaleCapacity`. */
  setCapacity(proportion: number, options: EraseConfirmation & CallOptions): Promise<void> {
    return this.#move('set capacity', () => scaleCapacity(this.#port, proportion, options), options, CONFIRMED_OPTIONS);
  }

  load(options?: CallOptions): Promise<void> {
    return this.#move('load', () => load(this.#port, options), options);
  }

  /**
   * Rewinds and unthreads the tape; without a changer the cartridge stays in the drive's mouth. Clears this handle's
   * key.
   */
  unload(options?: CallOptions): Promise<void> {
    return this.#move('unload', () => unload(this.#port, options), options);
  }

  /** Allows removal, rewinds and ejects the cartridge. Clears a key that this handle has set. */
  eject(options?: CallOptions): Promise<void> {
    return this.#move('eject', () => eject(this.#port, options), options);
  }

  /**
   * Allocates page-aligned memory for chunks of whole records, which a write stream takes without a copy. It may be
   * changed again after the callback of `write()` was called, or after `released()` has resolved.
   */
  allocate(byteLength: number): Buffer {
    requireNumber('byteLength', byteLength, ALLOCATIONS, { device: this.device, operation: 'allocate' });
    return Buffer.from(this.#port.memory.allocate(byteLength).buffer, 0, byteLength);
  }

  /**
   * Resolves when no stream uses this memory of `allocate()` any more. For sources that refill the same few buffers:
   * `await drive.released(chunk)` before filling one, then yield it to `pipeline()`.
   */
  released(memory: Uint8Array, options?: CallOptions): Promise<void> {
    const released = () => this.#port.memory.released(memory);
    return ask(options, { device: this.device, operation: 'released' }, released, CALL_OPTIONS);
  }

  /**
   * Opens a stream that writes one file, where `WriteStreamOptions` says. Throws InvalidArgumentError for invalid
   * options and DriveBusyError while the tape is in use. All other errors are errors of the stream.
   */
  createWriteStream(options: WriteStreamOptions = {}): TapeWriteStream {
    requireWriteOptions(this.device, options);
    return this.#open('a write stream', (lease) => new TapeWriteStream(this.#port, options, lease));
  }

  /** Opens a stream that reads the file at the current position or `fileNumber`. Throws as `createWriteStream`. */
  createReadStream(options: ReadStreamOptions = {}): TapeReadStream {
    requireReadOptions(this.device, options);
    return this.#open('a read stream', (lease) => new TapeReadStream(this.#port, options, lease));
  }

  /**
   * Writes all of a source as one file and resolves with its receipt. Takes the source over at once: destroys it when
   * the call is refused or fails. Rejects with InvalidArgumentError for anything that is not a source of bytes, before
   * the tape moves; with WriteError when the source failed or writing ended early (`fileNumber` and `safe` say what is
   * on tape, `cause` is the reason); with the signal's reason when nothing was written; and with the errors of the
   * stream.
   */
  writeFile(source: DataSource, options: WriteStreamOptions = {}): Promise<TapeReceipt> {
    return writeFile(this.device, source, () => this.createWriteStream(options));
  }

  /** Writes many files without stopping the tape after each: see `WriteSession`. Throws as `createWriteStream`. */
  session(options: SessionOptions = {}): WriteSession {
    requireOptions(options, { device: this.device, operation: 'session' }, { commit: true });
    return new WriteSession(this.#port, options, (file, frame, by) => {
      requireWriteOptions(this.device, file);
      return this.#open('a write stream', (lease) => new TapeWriteStream(this.#port, file, lease, frame), by);
    });
  }

  /**
   * Reads a file, given by its number or by options, into a stream, which is ended, or passes it to a function that
   * reads all of it. Resolves with the summary when the tape stands after the file. Rejects with the errors of the
   * stream and with those of the destination.
   */
  async readFile(file: number | ReadStreamOptions, destination: ReadDestination): Promise<ReadSummary> {
    requireDestination(this.device, destination);
    const options = fileOptions(this.device, file);
    return readFile(this.device, this.createReadStream(options), destination);
  }

  /**
   * Reads a file to its filemark without keeping the data; with `inDrive` the drive checks it alone: see
   * `verifyInDrive`. Rejects with VerificationError when `expectedChecksum` is given and the file has another checksum.
   */
  verifyFile(file: number | (ReadStreamOptions & { readonly inDrive?: false })): Promise<ReadSummary>;
  verifyFile(file: VerifyInDriveOptions): Promise<DriveVerification>;
  async verifyFile(file: number | ReadStreamOptions | VerifyInDriveOptions): Promise<ReadSummary | DriveVerification> {
    const options = fileOptions(this.device, file);
    if ('inDrive' in options && options.inDrive) {
      return this.#move('verify', () => verifyInDrive(this.#port, options), options, VERIFY_IN_DRIVE_OPTIONS);
    }
    const { inDrive: _, ...reading } = { inDrive: false, ...options };
    return this.readFile({ reuseChunks: true, ...reading }, nowhere());
  }

  /**
   * Destroys an open stream (which closes its file), clears a key that this handle set, switches off protection that it
   * used, and closes the drive. New calls reject with DriveClosedError. A second call resolves when the first has ended.
   * Rejects if a step fails, for a file that could not be closed with WriteError; the drive is closed all the same.
   */
  close(): Promise<void> {
    if (this.#closing) return this.#closing.catch(() => undefined);
    this.#closing = closeDrive(this.#port, this.#stream);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #move<T>(operation: string, work: () => Promise<T>, options?: CallOptions, names?: NameTable): Promise<T> {
    requireOptions(options, { device: this.device, operation }, names ?? CALL_OPTIONS);
    return this.#port.lease.exclusively(operation, work, options?.signal);
  }

  #open<T extends TapeWriteStream | TapeReadStream>(user: string, make: (lease: StreamLease) => T, by?: object): T {
    const lease = this.#port.lease.acquireStream(user, by);
    try {
      const stream = make(lease);
      this.#stream = traceStream(this.device, stream);
      return stream;
    } catch (error) {
      lease.ending();
      lease.release();
      throw error;
    }
  }
}

traceMethods(TapeDrive, ({ device }) => device, /^(create\w+|session|allocate|released)$/);
