import type { StreamLease } from '../../../device/lease.js';
import { LtoError } from '../../../errors/index.js';
import { PROTECTION_BYTES } from '../../../scsi/protection/methods.js';
import { destroyOnAbort } from '../../../streams/destroy-on-abort.js';
import { EventLoopBudget } from '../../../streams/event-loop-budget.js';
import { markReleasing } from '../../../streams/lending-pipe.js';
import { roundDownToPage } from '../../../transport/page.js';
import { wantsProtection } from '../../block-protection/session.js';
import type { DrivePort } from '../../port/drive-port.js';
import { createRecordChecksum, type RecordChecksum } from '../file/checksum.js';
import type { IncompleteFile, TapeReceipt } from '../file/receipt.js';
import { DEFAULT_WRITE_BUFFER } from '../memory/memory.js';
import { ChunkIntake } from './chunk-intake.js';
import { ChunkWritable, type WriteCallback } from './chunk-writable.js';
import { ChunksInPlace } from './chunks-in-place.js';
import { closeIncomplete, requireAllWritten, requireLastRecord } from './commit-file.js';
import { type FileFrame, SINGLE_FILE } from './file-frame.js';
import { RecordWriter } from './record-writer.js';
import { canRepeatWrite } from './repeat-write.js';
import { type CallManner, WriteBuffer } from './write-buffer.js';
import { explainStop, givenUp, type OpenFile } from './write-failure.js';
import type { WriteStreamOptions } from './write-options.js';
import { speedRange } from './write-pace.js';

const MIB = 1024 * 1024;
const DEFAULT_RECORD_SIZE = MIB / 4;
const ALLOWANCE_BEYOND_BUFFER = 8 * MIB;
/** Bytes copied in one step; a chunk taken without a copy is one step as well. */
const PACKED_AT_ONCE = MIB;
const STEPS_TO_A_LOOK = 4;

/**
 * A file on tape, as a Writable. Chunks of any size become records of exactly `recordSize` bytes; the last record may
 * be shorter. A chunk of whole records in memory of `TapeDrive.allocate()` is written without a copy; it belongs to the
 * stream until the callback of its `write()`, or until `TapeDrive.released()` resolves.
 *
 * `finish` means that the file is committed: a filemark was written synchronously after it, the position was checked,
 * and `receipt` is set. Emits `earlyWarning` once near the end of the tape, with the records written so far.
 * EndOfMediumError and WriteError say what is safe. A destroyed stream closes what it wrote with a filemark;
 * `incomplete` describes it once the stream has emitted `close`.
 */
export class TapeWriteStream extends ChunkWritable {
  receipt: TapeReceipt | undefined;
  incomplete: IncompleteFile | undefined;
  /**
   * Why a destroyed stream could not close what it wrote. It is the error of the stream unless that was destroyed with
   * another, and then the one that `TapeDrive.close()` rejects with.
   */
  unended: Error | undefined;
  readonly #port: DrivePort;
  readonly #options: WriteStreamOptions;
  readonly #recordSize: number;
  readonly #checksum: RecordChecksum | undefined;
  readonly #writer: RecordWriter;
  readonly #buffer: WriteBuffer;
  readonly #inPlace: ChunksInPlace;
  readonly #lease: StreamLease;
  readonly #frame: FileFrame;
  readonly #budget = new EventLoopBudget(STEPS_TO_A_LOOK);
  /** Node.js emits its own `drain` if one is due. */
  readonly #intake = new ChunkIntake(() => this.destroyed || this.writableNeedDrain || this.emit('drain'));
  #file: OpenFile | undefined;
  #failure: Promise<Error> | undefined;
  #commit: Promise<TapeReceipt> | undefined;

  /** Made by `TapeDrive.createWriteStream()`, which checked the options. */
  constructor(port: DrivePort, options: WriteStreamOptions, lease: StreamLease, frame: FileFrame = SINGLE_FILE) {
    const isProtected = wantsProtection(port, options.protection);
    const { recordSize = defaultRecordSize(port, isProtected), bufferBytes = DEFAULT_WRITE_BUFFER } = options;
    const algorithm = options.checksum ?? (isProtected ? 'crc32c' : 'crc32');
    const checksum = algorithm ? createRecordChecksum(algorithm, port.transport) : undefined;
    const writer = new RecordWriter({
      transport: port.transport,
      recordSize,
      checksum: checksum?.followsRecords,
      earlyWarningAllowance: options.earlyWarningAllowance ?? bufferBytes + ALLOWANCE_BEYOND_BUFFER,
      requireWriting: () => port.requireWriting('write'),
      canRepeat: (logicalObject) => canRepeatWrite(port, logicalObject),
      onEarlyWarning: () => this.emit('earlyWarning', { records: writer.records, bytes: writer.bytes }),
    });
    const buffer = new WriteBuffer({
      recordSize,
      bufferBytes,
      startThreshold: options.startThreshold,
      speeds: speedRange(port.model?.generation),
      slabs: port.memory.slabs,
      write: (pieces, how) => this.#submit(pieces, how),
      onFailure: (error) => this.#fail(error),
    });
    super(port.device, { highWaterMark: buffer.slabBytes, decodeStrings: true });
    markReleasing(this);
    this.#port = port;
    this.#options = options;
    this.#recordSize = recordSize;
    this.#checksum = checksum;
    this.#writer = writer;
    this.#buffer = buffer;
    this.#inPlace = new ChunksInPlace({
      memory: port.memory,
      recordSize,
      onWanted: () => buffer.flushGathered(),
      lost: () => this.#lost(),
    });
    this.#lease = lease;
    this.#frame = frame;
    destroyOnAbort(this, options.signal);
  }

  /** Number of the file on tape; undefined until the stream has reached its position. */
  get fileNumber(): number | undefined {
    return this.#file?.start.fileNumber;
  }

  /** Bytes that the drive has accepted so far. */
  get bytesWritten(): number {
    return this.#writer.bytes;
  }

  /** Records that the drive has accepted so far. */
  get recordsWritten(): number {
    return this.#writer.records;
  }

  /** For a chunk that is not copied the callback waits until the drive has all of it. */
  protected override give(bytes: Uint8Array, callback?: WriteCallback): boolean {
    this.#intake.waits();
    return this.#intake.given(bytes, super.give(bytes, this.#inPlace.callback(bytes, callback)));
  }

  override destroy(error?: Error): this {
    this.#lease.giveUp();
    return super.destroy(error);
  }

  override _construct(callback: WriteCallback): void {
    this.#begin().then(() => callback(), callback);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.#intake.reached();
    this.#tellProgress();
    if (this.#buffer.partialRecord === 0 && this.#inPlace.fits(chunk)) {
      this.#checksum?.update(chunk);
      this.#buffer.pass(chunk, this.#inPlace.pass(chunk));
      const isSpent = this.#budget.isSpent();
      if (this.#buffer.isFull || isSpent) void this.#drain(callback, isSpent);
      else callback();
      return;
    }
    const rest = this.#pack(chunk);
    const isSpent = this.#budget.isSpent();
    if (rest.length > 0 || isSpent) void this.#packAll(rest, callback, isSpent);
    else callback();
  }

  override _final(callback: WriteCallback): void {
    this.#finish().then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    this.#lease.ending();
    this.#giveUp()
      .then(
        () => callback(error),
        (reason: Error) => {
          this.unended = reason;
          callback(error ?? reason);
        },
      )
      .finally(this.#lease.release);
  }

  async #begin(): Promise<void> {
    await this.#lease.turn;
    if (this.destroyed) return;
    const start = await this.#frame.start(this.#port, this.#recordSize, this.#options);
    this.#writer.firstLogicalObject = start.firstLogicalObject;
    this.#writer.protection = start.protection;
    this.#file = { port: this.#port, start, recordSize: this.#recordSize, writer: this.#writer };
  }

  /** Why data passed to the stream may not be on tape. */
  async #lost(): Promise<Error | undefined> {
    if (this.#failure) return this.#failure;
    return this.destroyed && this.receipt === undefined ? givenUp(this.#port.device) : undefined;
  }

  /** Copies the beginning of a chunk, as far as it fits; returns the rest. */
  #pack(chunk: Uint8Array): Uint8Array {
    const begin = chunk.subarray(0, PACKED_AT_ONCE);
    const packed = begin.length - this.#buffer.pack(begin).length;
    this.#checksum?.update(chunk.subarray(0, packed));
    return chunk.subarray(packed);
  }

  /** Copies the rest of a chunk as memory becomes free, which is the backpressure. */
  async #packAll(chunk: Uint8Array, callback: WriteCallback, isSpent: boolean): Promise<void> {
    let rest = chunk;
    if (isSpent) await this.#budget.yield();
    while (rest.length > 0 && this.#takes) {
      const left = this.#pack(rest);
      const isFull = rest.length - left.length < Math.min(rest.length, PACKED_AT_ONCE);
      rest = left;
      if (isFull) await this.#room();
      if (this.#budget.isSpent()) await this.#budget.yield();
    }
    // After a failure nothing more is accepted: the stream is about to be destroyed.
    callback(await this.#lost());
  }

  async #drain(callback: WriteCallback, isSpent: boolean): Promise<void> {
    if (isSpent) await this.#budget.yield();
    while (this.#buffer.isFull && this.#takes) await this.#room();
    callback(await this.#lost());
  }

  /** Waits for the drive, which is a turn of the event loop. */
  async #room(): Promise<void> {
    await this.#buffer.room();
    this.#budget.reset();
  }

  /** Whether anything more can come onto the tape. */
  get #takes(): boolean {
    return this.#failure === undefined && !this.destroyed;
  }

  async #submit(pieces: readonly Uint8Array[], how: CallManner): Promise<void> {
    this.#port.requireWriting('write');
    await this.#writer.submit(pieces, how);
    this.#tellProgress();
  }

  #tellProgress(): void {
    try {
      this.#options.onProgress?.(this.#writer.bytes);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = explainStop(this.#begun(), error);
    void this.#failure.then((failure) => this.destroy(failure));
  }

  async #finish(): Promise<void> {
    requireLastRecord(this.#begun(), this.#buffer.partialRecord);
    this.#buffer.flush();
    await this.#writer.idle();
    if (this.#failure) throw await this.#failure;
    requireAllWritten(this.#begun(), this.#intake.bytes);
    this.#commit = this.#frame.end(this.#begun(), this.#checksum);
    this.receipt = await this.#commit;
  }

  #begun(): OpenFile {
    if (this.#file) return this.#file;
    throw new LtoError('LTO_INTERNAL', 'the stream has not begun', { device: this.#port.device });
  }

  /** Leaves the tape after a filemark, at a known position, whatever was in progress. */
  async #giveUp(): Promise<void> {
    this.#buffer.discard();
    await this.#writer.idle();
    await this.#failure;
    await this.#commit;
    if (this.#file === undefined || this.#commit || this.#failure || this.#writer.records === 0) return;
    this.incomplete = await closeIncomplete(this.#file);
  }
}

/** Protection makes records longer between host and drive: a path may carry 256 KiB and not a byte more. */
function defaultRecordSize({ path }: DrivePort, isProtected: boolean): number {
  const carried = isProtected ? roundDownToPage(path.carried - PROTECTION_BYTES) : path.carried;
  return Math.min(DEFAULT_RECORD_SIZE, carried);
}
