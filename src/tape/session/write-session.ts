import { EventEmitter } from 'node:events';
import { CALL_OPTIONS, type CallOptions, requireOptions } from '../../arguments/options.js';
import type { DeviceChange } from '../../device/change.js';
import { DriveBusyError, EndOfMediumError, LtoError, type OnMedium } from '../../errors/index.js';
import { type DataSource, takeSource } from '../../streams/taken-source.js';
import type { DrivePort } from '../port/drive-port.js';
import type { Checksum } from '../stream/file/checksum.js';
import { type FileStart, requireStart, type StartOptions, startFile } from '../stream/file/start-file.js';
import { commitFile, receiptOf } from '../stream/write/commit-file.js';
import type { FileFrame } from '../stream/write/file-frame.js';
import type { OpenFile } from '../stream/write/write-failure.js';
import { writeFile } from '../stream/write/write-file.js';
import type { WriteStreamOptions } from '../stream/write/write-options.js';
import type { TapeWriteStream } from '../stream/write/write-stream.js';
import { type BufferedReceipt, durableReceipt } from './buffered-files.js';
import { Looks } from './looks.js';
import { NearEnd } from './near-end.js';
import { SessionClock } from './session-clock.js';
import { busyError, mayBeDeferred } from './session-errors.js';
import { abandonFile, endImmediately, flushTo, proveEnd, readRecorded, type SessionEnd } from './session-file.js';
import {
  commitLimits,
  requireFileOptions,
  type SessionEvents,
  type SessionFileOptions,
  type SessionOptions,
} from './session-options.js';
import { SessionOutcome } from './session-outcome.js';
import { Turns } from './turns.js';

export type OpenSessionFile = (options: WriteStreamOptions, frame: FileFrame, by: object) => TapeWriteStream;

const NOTHING = () => undefined;
/**
 * Writes many files without stopping the tape after each. Every file ends with a filemark in the drive's buffer. The
 * next commit makes the drive empty its buffer and proves by the position that the files are on the medium. A session
 * commits after a number of bytes, files or seconds, near the end of the tape, and before anything else moves the tape.
 * See docs/sessions.md.
 */
export class WriteSession extends EventEmitter<SessionEvents> {
  readonly #port: DrivePort;
  readonly #open: OpenSessionFile;
  readonly #outcome: SessionOutcome;
  readonly #forget: () => void;
  readonly #turns = new Turns();
  /** Position of the tape while no other user has it; undefined if the next file must begin like a single one. */
  #end: SessionEnd | undefined;
  /** The requested protection when the last file began like a single one. */
  #protection: StartOptions['protection'];
  readonly #nearEnd = new NearEnd();
  readonly #looks = new Looks(() => this.#ask());
  readonly #clock: SessionClock;

  constructor(port: DrivePort, options: SessionOptions, open: OpenSessionFile) {
    super();
    const limits = commitLimits(port.device, options);
    port.requireOpen('session');
    if (port.buffering?.isOver === false) throw busyError(port.device);
    this.#port = port;
    this.#open = open;
    this.#outcome = new SessionOutcome(port.device, {
      // An error of a listener must not look like one of the drive.
      onDurable: (upTo) => queueMicrotask(() => this.emit('durable', upTo)),
      onEmpty: () => this.#clock.stop(),
      onOver: () => this.#ended(),
    });
    this.#clock = new SessionClock(limits, this.#outcome.files, {
      // A failed commit is reported by the receipts.
      commit: (isWanted) => this.#turns.take(async () => isWanted() && this.#commit()).then(NOTHING, NOTHING),
      look: () => this.#looks.look(),
    });
    this.#forget = port.onChange((change) => this.#noticed(change));
    port.buffering = this;
  }

  /** Whether nothing since the last file may have changed cartridge, position or key. */
  get isUndisturbed(): boolean {
    return this.#end !== undefined && !this.isOver;
  }
  get isOver(): boolean {
    return this.#outcome.isOver;
  }

  /** Position up to which all data is known to be on the medium; undefined before the first file. */
  get upTo(): OnMedium | undefined {
    return this.#outcome.safe;
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
      throw this.#outcome.told(error);
    }
  }

  /**
   * Brings all files written so far to the medium and resolves with the position up to which data is safe. Rejects with
   * BufferedDataLostError when it can not be proven to be there.
   */
  async commit(options: CallOptions = {}): Promise<OnMedium | undefined> {
    requireOptions(options, { device: this.#port.device, operation: 'commit' }, CALL_OPTIONS);
    try {
      return await this.#turns.take(async () => {
        await this.#commit();
        return this.#outcome.safe;
      }, options.signal);
    } catch (error) {
      throw this.#outcome.told(error);
    }
  }

  /**
   * Commits and ends the session. Rejects as `commit`, also for a loss of before that no call has reported yet; the
   * session has ended even then. `TapeDrive.close()` does this too.
   */
  close(): Promise<void> {
    return this.#turns.take(async () => {
      if (this.isOver && !this.#outcome.isUntold) return;
      try {
        this.#outcome.requireGoingOn();
        await this.#commit();
      } catch (error) {
        throw this.#outcome.told(error);
      } finally {
        this.#outcome.close();
        if (this.#port.buffering === this) this.#port.buffering = undefined;
      }
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Before another user moves the tape. */
  async giveTape(): Promise<void> {
    await this.#flush().catch(NOTHING);
    this.#end = undefined;
  }

  async #write(source: DataSource, { id, ...options }: SessionFileOptions): Promise<BufferedReceipt> {
    this.#outcome.requireGoingOn();
    this.#clock.fileBegins();
    await this.#looks.fileBegins();
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
        this.#port.lease.requireGoingOn('write');
        stream = this.#open(options, frame, this);
        stream.once('earlyWarning', () => this.#nearEnd.note());
        return stream;
      });
    } catch (error) {
      if (stream !== undefined) await this.#afterFailure(stream, error);
      if (this.isOver) await abandonFile(this.#port, this);
      throw error;
    } finally {
      await this.#looks.fileEnded();
      this.#clock.fileEnded();
    }
    if (receipt === undefined) throw new LtoError('LTO_INTERNAL', 'a file ended without a receipt');
    if (this.#clock.mustFlush) await this.#commit().catch(NOTHING);
    return receipt;
  }

  async #start(port: DrivePort, recordSize: number, options: StartOptions): Promise<FileStart> {
    const end = this.#end;
    const { partition = port.partition, protection } = options;
    const isAlike = end?.recordSize === recordSize && this.#protection === protection && end.partition === partition;
    if (end !== undefined && isAlike) {
      this.#nearEnd.begin(end.logicalObject);
      await this.#outcome.provenOrLost(() => proveEnd(port, end));
      if (options.expected) requireStart(port, options.expected, end.start.fileNumber, end.logicalObject);
      return end.start;
    }
    await this.#flush();
    this.#end = undefined;
    this.#protection = protection;
    const start = await startFile(port, recordSize, options);
    this.#outcome.requireGoingOn();
    this.#nearEnd.begin(start.firstLogicalObject);
    this.#outcome.begin({ fileNumber: start.fileNumber, logicalObject: start.firstLogicalObject });
    return start;
  }

  async #endFile(file: OpenFile, checksum: Checksum | undefined, id: string | undefined) {
    const { port, start, recordSize, writer } = file;
    const { fileNumber, firstLogicalObject } = start;
    const name = id ?? String(fileNumber);
    // Near the end of the tape, and without the drive's position, each file ends with a synchronous filemark.
    if (firstLogicalObject === undefined || this.#nearEnd.isHere) {
      const receipt = await commitFile(file, checksum);
      this.#outcome.settle(Number.POSITIVE_INFINITY);
      this.#outcome.passed(receipt, firstLogicalObject);
      this.#end = undefined;
      return durableReceipt(name, receipt);
    }
    const logicalObject = firstLogicalObject + writer.records + 1;
    const driverFile = await endImmediately(file, this.#end?.driverFile);
    // The session ended in the meantime: this file would never be proven.
    this.#outcome.requireGoingOn();
    this.#end = {
      start: { ...start, fileNumber: fileNumber + 1, firstLogicalObject: logicalObject },
      logicalObject,
      driverFile,
      recordSize,
      partition: port.partition,
    };
    return this.#outcome.files.add(name, receiptOf(file, checksum), logicalObject);
  }

  /**
   * A failed file is closed by its stream, or never began. What is left of one that could not be closed, as at the hard
   * end of the tape, is no part of the session: the files before it are proven without it, unless the failure may have
   * been theirs.
   */
  async #afterFailure(stream: TapeWriteStream, error: unknown): Promise<void> {
    if (this.isOver) return;
    const isClosed = stream.incomplete !== undefined || (error instanceof EndOfMediumError && error.safe.filemark);
    if (isClosed) {
      // The file has a synchronous filemark and its position was checked.
      this.#end = undefined;
      this.#outcome.settle(Number.POSITIVE_INFINITY);
      return;
    }
    if (this.#outcome.files.count > 0 && mayBeDeferred(error)) this.#outcome.lose(error);
    await this.#commit(stream.recordsWritten).catch(NOTHING);
    if (this.#outcome.files.count === 0 && stream.recordsWritten > 0) this.#end = undefined;
  }

  /** Acquires the tape and flushes; `left`: records after the end of the session that are no file. */
  async #commit(left = 0): Promise<void> {
    this.#outcome.requireGoingOn();
    if (this.#outcome.files.count === 0) return;
    try {
      await this.#port.lease.exclusively('commit', () => this.#flush(left), undefined, this);
    } catch (error) {
      if (!(error instanceof DriveBusyError)) throw error;
      // Another stream was opened, which makes the session commit before it begins.
      await this.#outcome.files.settled();
      this.#outcome.requireGoingOn();
    }
  }

  /** Requires the tape. */
  async #flush(left = 0): Promise<void> {
    this.#outcome.requireGoingOn();
    const end = this.#end;
    if (this.#outcome.files.count === 0 || end === undefined) return;
    await this.#outcome.provenOrLost(async () => {
      this.#clock.driveTells = await flushTo(this.#port, end, left);
    });
    this.#outcome.requireGoingOn();
    this.#outcome.settle(end.logicalObject);
  }

  /** Asks what the drive has recorded, with nothing emptied for it. Never rejects. */
  async #ask(): Promise<void> {
    const written = this.#end?.logicalObject;
    if (written === undefined) return;
    const recorded = this.#outcome.files.count > 0 && (await readRecorded(this.#port, written).catch(NOTHING));
    if (!recorded || this.isOver) return;
    this.#outcome.settle(recorded.upTo);
    if (!recorded.isNearEnd || this.#nearEnd.isHere) return;
    this.#nearEnd.note();
    void this.#turns.take(() => this.#commit()).catch(NOTHING);
  }

  #noticed({ extent, error, why }: DeviceChange): void {
    // Before its first file, a session has nothing to lose.
    if (this.#outcome.safe === undefined) return;
    const isLost = extent === 'buffer' ? this.#outcome.files.count > 0 : extent !== 'attention';
    if (isLost) this.#outcome.lose(error ?? new Error(why));
  }

  #ended(): void {
    this.#end = undefined;
    this.#clock.stop();
    this.#forget();
  }
}
