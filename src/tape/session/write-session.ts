import { EventEmitter } from 'node:events';
import { type CallOptions, requireOptions } from '../../arguments/options.js';
import type { DeviceChange } from '../../device/change.js';
import { DriveBusyError, EndOfMediumError, LtoError, type OnMedium } from '../../errors/index.js';
import { type DataSource, takeSource } from '../../streams/taken-source.js';
import type { DrivePort } from '../port/drive-port.js';
import type { Checksum } from '../stream/file/checksum.js';
import type { TapeReceipt } from '../stream/file/receipt.js';
import { type FileStart, type StartOptions, startFile } from '../stream/file/start-file.js';
import { commitFile, receiptOf } from '../stream/write/commit-file.js';
import type { FileFrame } from '../stream/write/file-frame.js';
import type { OpenFile } from '../stream/write/write-failure.js';
import { writeFile } from '../stream/write/write-file.js';
import type { WriteStreamOptions } from '../stream/write/write-options.js';
import type { TapeWriteStream } from '../stream/write/write-stream.js';
import { BufferedFiles, type BufferedReceipt, durableReceipt } from './buffered-files.js';
import { NearEnd } from './near-end.js';
import { SessionClock } from './session-clock.js';
import { busyError, closedError, lostError } from './session-errors.js';
import { abandonFile, endImmediately, flushTo, readRecorded, type SessionEnd, startBehind } from './session-file.js';
import {
  type CommitLimits,
  commitLimits,
  requireFileOptions,
  type SessionEvents,
  type SessionFileOptions,
  type SessionOptions,
} from './session-options.js';
import { Turns } from './turns.js';

/** Opens a stream for a file of the session `by`. */
export type OpenSessionFile = (options: WriteStreamOptions, frame: FileFrame, by: object) => TapeWriteStream;

/**
 * Writes many files without stopping the tape after each. Every file ends with a filemark in the drive's buffer. The
 * next commit makes the drive empty its buffer and proves by the position that the files are on the medium. A session
 * commits after a number of bytes, files or seconds, near the end of the tape, and before anything else moves the tape.
 * See docs/sessions.md.
 */
export class WriteSession extends EventEmitter<SessionEvents> {
  readonly #port: DrivePort;
  readonly #limits: CommitLimits;
  readonly #open: OpenSessionFile;
  readonly #files = new BufferedFiles();
  readonly #forget: () => void;
  readonly #turns = new Turns();
  /** Position of the tape while no other user has it; undefined if the next file must begin like a single one. */
  #end: SessionEnd | undefined;
  #safe: OnMedium | undefined;
  #over: LtoError | undefined;
  /** The requested protection when the last file began like a single one. */
  #protection: StartOptions['protection'];
  readonly #nearEnd = new NearEnd();
  readonly #clock: SessionClock;

  /** Made by `TapeDrive.session()`. */
  constructor(port: DrivePort, options: SessionOptions, open: OpenSessionFile) {
    super();
    this.#limits = commitLimits(port.device, options);
    port.requireOpen('session');
    if (port.buffering !== undefined) throw busyError(port.device);
    this.#port = port;
    this.#open = open;
    this.#clock = new SessionClock(this.#limits.seconds, {
      // A failed commit is reported by the receipts.
      commit: () => void this.commit().catch(() => undefined),
      look: () => void this.#look(),
    });
    this.#forget = port.onChange((change) => this.#noticed(change));
    port.buffering = this;
  }

  /** Whether nothing since the last file may have changed cartridge, position or key. */
  get isUndisturbed(): boolean {
    return this.#end !== undefined && this.#over === undefined;
  }

  /** Position up to which all data is known to be on the medium; undefined before the first file. */
  get upTo(): OnMedium | undefined {
    return this.#safe;
  }

  /**
   * Writes all of a source as the next file. Resolves when the drive has accepted it with its filemark; the receipt's
   * `durable` resolves when it is on the medium. Rejects as `TapeDrive.writeFile`, with BufferedDataLostError when the
   * session has ended by losing files, LtoError `LTO_SESSION_CLOSED` after `close()`, and with the signal's reason while
   * it waits for files before it.
   */
  async writeFile(source: DataSource, options: SessionFileOptions = {}): Promise<BufferedReceipt> {
    const details = { device: this.#port.device, operation: 'write' };
    const taken = takeSource(source, details);
    try {
      requireFileOptions(options, details);
      return await this.#turns.take(() => this.#write(taken, options), options.signal);
    } catch (error) {
      taken.discard(error);
      throw error;
    }
  }

  /**
   * Brings all files written so far to the medium and resolves with the position up to which data is safe. Rejects with
   * BufferedDataLostError when it can not be proven to be there.
   */
  async commit(options: CallOptions = {}): Promise<OnMedium | undefined> {
    requireOptions(options, { device: this.#port.device, operation: 'commit' });
    return this.#turns.take(async () => {
      await this.#commit();
      return this.#safe;
    }, options.signal);
  }

  /** Commits and ends the session. Rejects as `commit`; the session has ended even then. */
  close(): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#over !== undefined) return;
      try {
        await this.#commit();
      } finally {
        this.#finish(closedError(this.#port.device));
      }
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Called by the drive before another user moves the tape. */
  async giveTape(): Promise<void> {
    await this.#flush().catch(() => undefined);
    this.#end = undefined;
  }

  async #write(source: DataSource, { id, ...options }: SessionFileOptions): Promise<BufferedReceipt> {
    if (this.#over) throw this.#over;
    let stream: TapeWriteStream | undefined;
    let receipt: BufferedReceipt | undefined;
    const frame: FileFrame = {
      start: (port, recordSize, start) => this.#start(port, recordSize, start),
      end: async (file, checksum) => {
        receipt = await this.#endFile(file, checksum, id);
        return receipt;
      },
    };
    try {
      await writeFile(this.#port.device, source, () => {
        stream = this.#open(options, frame, this);
        stream.once('earlyWarning', () => this.#nearEnd.note());
        return stream;
      });
    } catch (error) {
      if (stream !== undefined) await this.#afterFailure(stream, error);
      if (this.#over !== undefined) await abandonFile(this.#port, this);
      throw error;
    }
    if (receipt === undefined) throw new LtoError('LTO_INTERNAL', 'a file ended without a receipt');
    if (this.#files.reach(this.#limits)) await this.#commit().catch(() => undefined);
    return receipt;
  }

  async #start(port: DrivePort, recordSize: number, options: StartOptions): Promise<FileStart> {
    const end = this.#end;
    const { partition = port.partition, protection } = options;
    const isAlike = end?.recordSize === recordSize && this.#protection === protection && end.partition === partition;
    if (end !== undefined && isAlike) {
      this.#nearEnd.begin(end.logicalObject);
      return startBehind(port, end, options);
    }
    await this.#flush();
    this.#end = undefined;
    this.#protection = protection;
    const start = await startFile(port, recordSize, options);
    if (this.#over) throw this.#over;
    this.#nearEnd.begin(start.firstLogicalObject);
    this.#safe ??= { fileNumber: start.fileNumber, logicalObject: start.firstLogicalObject };
    return start;
  }

  async #endFile(file: OpenFile, checksum: Checksum | undefined, id: string | undefined) {
    const { port, start, recordSize, writer } = file;
    const { fileNumber, firstLogicalObject } = start;
    const name = id ?? String(fileNumber);
    // Near the end of the tape, and without the drive's position, each file ends with a synchronous filemark.
    if (firstLogicalObject === undefined || this.#nearEnd.isHere) {
      const receipt = await commitFile(file, checksum);
      this.#settle(Number.POSITIVE_INFINITY);
      this.#passed(receipt, firstLogicalObject);
      this.#end = undefined;
      return durableReceipt(name, receipt);
    }
    const logicalObject = firstLogicalObject + writer.records + 1;
    const driverFile = await endImmediately(file, this.#end?.driverFile);
    // The session ended in the meantime: this file would never be proven.
    if (this.#over) throw this.#over;
    this.#end = {
      start: { ...start, fileNumber: fileNumber + 1, firstLogicalObject: logicalObject },
      logicalObject,
      driverFile,
      recordSize,
      partition: port.partition,
    };
    const receipt = this.#files.add(name, receiptOf(file, checksum), logicalObject);
    this.#clock.start();
    return receipt;
  }

  /**
   * A failed file is closed by its stream, or never began. What is left of one that could not be closed, as at the hard
   * end of the tape, is no part of the session: the files before it are proven without it.
   */
  async #afterFailure(stream: TapeWriteStream, error: unknown): Promise<void> {
    if (this.#over !== undefined) return;
    const isClosed = stream.incomplete !== undefined || (error instanceof EndOfMediumError && error.safe.filemark);
    if (isClosed) {
      // The file has a synchronous filemark and its position was checked.
      this.#end = undefined;
      this.#settle(Number.POSITIVE_INFINITY);
      return;
    }
    await this.#commit(stream.recordsWritten).catch(() => undefined);
    if (this.#files.count === 0 && stream.recordsWritten > 0) this.#end = undefined;
  }

  /** Acquires the tape and flushes; `left`: records after the end of the session that are no file. */
  async #commit(left = 0): Promise<void> {
    if (this.#over) throw this.#over;
    if (this.#files.count === 0) return;
    try {
      await this.#port.lease.exclusively('commit', () => this.#flush(left), undefined, this);
    } catch (error) {
      if (!(error instanceof DriveBusyError)) throw error;
      // Another stream was opened, which makes the session commit before it begins.
      await this.#files.settled();
      if (this.#over) throw this.#over;
    }
  }

  /** Requires the tape. */
  async #flush(left = 0): Promise<void> {
    if (this.#over) throw this.#over;
    const end = this.#end;
    if (this.#files.count === 0 || end === undefined) return;
    try {
      await flushTo(this.#port, end, left);
    } catch (error) {
      throw this.#lose(error);
    }
    if (this.#over) throw this.#over;
    this.#settle(end.logicalObject);
  }

  /** Asks what the drive has recorded meanwhile, with nothing emptied for it. */
  async #look(): Promise<void> {
    const written = this.#end?.logicalObject;
    if (this.#files.count === 0 || written === undefined) return;
    const recorded = await readRecorded(this.#port, written).catch(() => undefined);
    if (recorded === undefined || this.#over) return;
    this.#settle(recorded.upTo);
    if (!recorded.isNearEnd || this.#nearEnd.isHere) return;
    this.#nearEnd.note();
    await this.commit().catch(() => undefined);
  }

  #settle(logicalObject: number): void {
    const last = this.#files.settleUpTo(logicalObject);
    if (this.#files.count === 0) this.#clock.stop();
    if (last !== undefined) this.#passed(last, last.firstLogicalObject);
  }

  #passed({ fileNumber, records }: TapeReceipt, first: number | undefined): void {
    this.#safe = { fileNumber: fileNumber + 1, logicalObject: first === undefined ? undefined : first + records + 1 };
    const upTo = this.#safe;
    // An error of a listener must not look like one of the drive.
    queueMicrotask(() => this.emit('durable', upTo));
  }

  #noticed({ extent, error, why }: DeviceChange): void {
    // Before its first file, a session has nothing to lose.
    if (this.#safe === undefined) return;
    if (extent === 'everything' || (extent === 'buffer' && this.#files.count > 0)) this.#lose(error ?? new Error(why));
  }

  /** Ends the session: files not proven to be on the medium are lost. Returns the error for them. */
  #lose(reason: unknown): LtoError {
    if (this.#over) return this.#over;
    const error = lostError(this.#port.device, this.#files.files, this.#safe, reason);
    this.#files.fail(error);
    this.#finish(error);
    return error;
  }

  #finish(over: LtoError): void {
    this.#over ??= over;
    this.#end = undefined;
    this.#clock.stop();
    this.#forget();
    if (this.#port.buffering === this) this.#port.buffering = undefined;
  }
}
