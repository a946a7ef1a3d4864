import { addAbortSignal, Writable } from 'node:stream';
import {
  EncryptionError,
  EndOfMediumError,
  LtoError,
  MediumChangedError,
  PositionLostError,
  PositionMismatchError,
  type SafeExtent,
  WriteError,
} from '../errors/index.js';
import { isSystemError } from '../transport/system-error.js';
import { type Checksum, type ChecksumAlgorithm, createChecksum } from './checksum.js';
import type { DrivePort, StreamLease } from './drive-port.js';
import { readBufferPosition } from './position.js';
import type { IncompleteFile, TapeReceipt } from './receipt.js';
import { RecordWriter, WriterStopped } from './record-writer.js';
import { SlabRing } from './slab-ring.js';
import { type ExpectedStart, type FileStart, refusedRecord, startFile, takesRecord } from './start-file.js';

export interface WriteStreamOptions {
  /** Bytes of a record: a multiple of 512, up to what the drive allows. Default 256 KiB. */
  readonly recordSize?: number | undefined;
  /**
   * `append` (the default) goes to the end of the recorded data. `overwrite` writes where the tape stands: everything
   * behind is lost.
   */
  readonly position?: 'append' | 'overwrite' | undefined;
  /** Refuses, with nothing written, unless the file would begin exactly here; meant for `overwrite`. */
  readonly expected?: ExpectedStart | undefined;
  /** Write the missing filemark of a file that was cut off, instead of refusing to append behind it. */
  readonly closeUnterminated?: boolean | undefined;
  /** Default `crc32`. */
  readonly checksum?: ChecksumAlgorithm | false | undefined;
  /** Bytes that the stream holds at most. Default 16 MiB. */
  readonly bufferBytes?: number | undefined;
  /** Bytes that are gathered before the tape starts, and again whenever the source was too slow. Default: half. */
  readonly startThreshold?: number | undefined;
  /**
   * Bytes still written after early warning; the rest of the tape is kept for the filemark. Default: what the stream
   * may hold at that moment and 8 MiB more, so that a source that ends at once gets all it gave onto the tape.
   */
  readonly earlyWarningAllowance?: number | undefined;
  /** Destroys the stream when aborted. */
  readonly signal?: AbortSignal | undefined;
}

const KIB = 1024;
/** What direct I/O asks of an address. */
const SECTOR = 512;
const DEPTH = 4;
export const DEFAULT_RECORD_SIZE = 256 * KIB;
const DEFAULT_BUFFER = 16 * KIB * KIB;
const ALLOWANCE_BEYOND_BUFFER = 8 * KIB * KIB;
const NOTHING_CERTAIN: SafeExtent = { records: 0, bytes: 0, filemark: false };

/**
 * A file on tape, as a Writable: chunks of any size become records of exactly `recordSize` bytes and one last, shorter
 * one. A chunk of whole records in memory of `TapeDrive.allocate()` is written from where it is.
 *
 * `finish` means that the file is committed: a filemark was written synchronously behind it and the position was
 * checked; `receipt` is there then. Emits `earlyWarning` once, with the records written so far, when the end of the tape
 * is near. Errors: EndOfMediumError and WriteError tell what is safe. A stream that is destroyed closes what it wrote
 * with a filemark; `incomplete` tells about it once the stream has emitted `close`.
 */
export class TapeWriteStream extends Writable {
  receipt: TapeReceipt | undefined;
  incomplete: IncompleteFile | undefined;
  readonly #port: DrivePort;
  readonly #options: WriteStreamOptions;
  readonly #recordSize: number;
  readonly #ring: SlabRing;
  readonly #startSlabs: number;
  readonly #checksum: Checksum | undefined;
  readonly #writer: RecordWriter;
  readonly #lease: StreamLease;
  #start: FileStart | undefined;
  #slab: Uint8Array | undefined;
  #filled = 0;
  /** Full slabs that wait for the start threshold. */
  #ready: Uint8Array[] = [];
  #underWay = 0;
  #streaming = false;
  #failure: Promise<Error> | undefined;
  #commit: Promise<TapeReceipt> | undefined;

  /** Made by `TapeDrive.createWriteStream()`, which checked the options. */
  constructor(port: DrivePort, options: WriteStreamOptions, lease: StreamLease) {
    const { recordSize = DEFAULT_RECORD_SIZE, bufferBytes = DEFAULT_BUFFER } = options;
    const slabBytes = Math.max(1, Math.floor(bufferBytes / DEPTH / recordSize)) * recordSize;
    const { startThreshold = (slabBytes * DEPTH) / 2 } = options;
    const algorithm = options.checksum ?? 'crc32';
    const checksum = algorithm && createChecksum(algorithm);
    super({ highWaterMark: slabBytes, decodeStrings: true });
    this.#port = port;
    this.#options = options;
    this.#recordSize = recordSize;
    this.#ring = new SlabRing((bytes) => port.transport.allocate(bytes), slabBytes, DEPTH);
    this.#startSlabs = Math.min(DEPTH, Math.max(1, Math.ceil(startThreshold / slabBytes)));
    this.#checksum = checksum || undefined;
    this.#lease = lease;
    this.#writer = new RecordWriter({
      transport: port.transport,
      recordSize,
      earlyWarningAllowance: options.earlyWarningAllowance ?? bufferBytes + ALLOWANCE_BEYOND_BUFFER,
      onEarlyWarning: () => this.emit('earlyWarning', { records: this.#writer.records, bytes: this.#writer.bytes }),
    });
    // Not by the option of Writable: a signal that is aborted already would destroy what has no fields yet.
    if (options.signal) addAbortSignal(options.signal, this);
  }

  /** Bytes that the drive took so far. */
  get bytesWritten(): number {
    return this.#writer.bytes;
  }

  override _construct(callback: (error?: Error | null) => void): void {
    this.#begin().then(() => callback(), callback);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#checksum?.update(chunk);
    if (this.#fitsAsItIs(chunk)) this.#passThrough(chunk, callback);
    else this.#pack(chunk, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#finish().then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#lease.ending();
    this.#giveUp()
      .then(
        () => callback(error),
        (reason: Error) => callback(error ?? reason),
      )
      .finally(this.#lease.release);
  }

  async #begin(): Promise<void> {
    await this.#lease.turn;
    if (this.destroyed) return;
    this.#start = await startFile(this.#port, this.#recordSize, this.#options);
    this.#writer.firstBlock = this.#start.firstBlock;
  }

  /** Whole records in memory of the transport, and no rest of a record before them: nothing has to be copied. */
  #fitsAsItIs(chunk: Uint8Array): boolean {
    if (this.#filled % this.#recordSize !== 0 || chunk.length % this.#recordSize !== 0) return false;
    return chunk.byteOffset % SECTOR === 0 && this.#port.owns(chunk);
  }

  /** The chunk is the caller's again when `callback` is called, so that is when the drive has all of it. */
  #passThrough(chunk: Uint8Array, callback: (error?: Error | null) => void): void {
    this.#enqueue();
    this.#send();
    this.#submit(chunk).then(
      () => callback(),
      (error: unknown) => {
        this.#failure ??= this.#explain(error);
        void this.#failure.then(callback);
      },
    );
  }

  /** Copies a chunk into slabs; waits where none is free, which is the backpressure. */
  #pack(chunk: Uint8Array, callback: (error?: Error | null) => void): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#failure) {
        // Nothing more is taken: the stream is about to be destroyed with this error.
        void this.#failure.then(callback);
        return;
      }

      this.#slab ??= this.#ring.take();
      if (this.#slab === undefined) {
        void this.#nextSlab().then(() => this.#pack(rest, callback));
        return;
      }
      const part = rest.subarray(0, this.#slab.length - this.#filled);
      this.#slab.set(part, this.#filled);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled === this.#slab.length) this.#enqueue();
    }
    callback();
  }

  async #nextSlab(): Promise<void> {
    this.#slab = await this.#ring.next();
  }

  #enqueue(): void {
    if (this.#slab === undefined || this.#filled === 0) return;
    this.#ready.push(this.#slab.subarray(0, this.#filled));
    this.#slab = undefined;
    this.#filled = 0;
    this.#streaming ||= this.#ready.length >= this.#startSlabs;
    if (this.#streaming) this.#send();
  }

  #send(): void {
    for (const memory of this.#ready.splice(0)) {
      this.#underWay += 1;
      this.#submit(memory)
        .catch((error: unknown) => {
          this.#failure ??= this.#explain(error);
          void this.#failure.then((failure) => this.destroy(failure));
        })
        .finally(() => {
          this.#underWay -= 1;
          this.#ring.release(new Uint8Array(memory.buffer, 0, this.#ring.slabBytes));
          // The source was too slow: gather again, so that the tape stops once instead of after each slab.
          if (this.#underWay === 0) this.#streaming = false;
        });
    }
  }

  async #submit(memory: Uint8Array): Promise<void> {
    this.#port.requireWriting('write');
    await this.#writer.submit(memory);
  }

  async #finish(): Promise<void> {
    this.#requireLastRecord(this.#filled % this.#recordSize);
    this.#enqueue();
    this.#send();
    await this.#writer.idle();
    if (this.#failure) throw await this.#failure;
    this.#commit = this.#writeFilemark().catch(async (reason: unknown) => {
      const final = reason instanceof PositionMismatchError || reason instanceof EncryptionError;
      throw final ? reason : await this.#writeError(reason);
    });
    this.receipt = await this.#commit;
  }

  /** The last record is as long as the rest of the source: some drives don't take every length. */
  #requireLastRecord(length: number): void {
    const { limits } = this.#begun();
    if (length === 0 || limits === undefined || takesRecord(limits, length)) return;
    throw refusedRecord(this.#port.device, limits, length);
  }

  /** The filemark makes the drive empty its buffer: only what is before it is certainly on the medium. */
  async #writeFilemark(): Promise<TapeReceipt> {
    const { fileNumber, firstBlock } = this.#begun();
    const { records, bytes } = this.#writer;
    // What was written since the key was lost, if it was, may be plain: no receipt for that.
    await this.#port.confirmWriting('MTWEOF 1');
    await this.#port.mt('MTWEOF', 1);
    const status = await this.#port.status();
    const block = firstBlock === undefined ? undefined : await this.#port.transport.tell();
    const expected = firstBlock === undefined ? undefined : firstBlock + records + 1;
    if (status.fileNumber !== fileNumber + 1 || status.blockNumber !== 0 || block !== expected) {
      throw new PositionMismatchError(
        `stands at file ${status.fileNumber ?? '?'}, block ${block ?? '?'} after writing ${records} records as file ${fileNumber}`,
        { device: this.#port.device, operation: 'write', next: 'Do not rely on this file: write it again' },
      );
    }
    const checksum = this.#checksum?.digest();
    return { fileNumber, firstBlock, records, bytes, recordSize: this.#recordSize, checksum };
  }

  #begun(): FileStart {
    if (this.#start) return this.#start;
    throw new LtoError('LTO_INTERNAL', 'the stream has not begun', { device: this.#port.device });
  }

  /** Leaves the tape behind a filemark, at a known position, whatever was going on. */
  async #giveUp(): Promise<void> {
    this.#ready = [];
    await this.#writer.idle();
    await this.#failure;
    await this.#commit?.catch(() => undefined);
    const { records, bytes } = this.#writer;
    if (this.#start === undefined || this.#commit || this.#failure || records === 0) return;
    await this.#writeFilemark();
    this.incomplete = { fileNumber: this.#start.fileNumber, records, bytes };
  }

  /** The typed error for a writer that stopped, with what is safe. */
  async #explain(error: unknown): Promise<Error> {
    await this.#writer.idle();
    const details = { device: this.#port.device, operation: 'write' };
    if (isSystemError(error)) return this.#writeError(await this.#port.diagnose(error, details));
    if (!(error instanceof WriterStopped)) return error instanceof Error ? error : new Error(String(error));
    const { kind, outcome } = error.stop;
    if (kind === 'error') {
      const cause = Object.assign(new Error(`write: ${outcome?.code}`), {
        code: outcome?.code ?? 'EIO',
        syscall: 'write',
        errno: outcome?.errno ?? 0,
      });
      const reason = await this.#port.diagnose(cause, details);
      if (reason instanceof EncryptionError) return reason;
      return this.#writer.records === 0 && reason instanceof LtoError ? reason : this.#writeError(reason);
    }
    const ended = await this.#writeFilemark().catch((reason: unknown) => ({ reason }));
    if ('reason' in ended && ended.reason instanceof EncryptionError) return ended.reason;
    const closed = !('reason' in ended);
    const safe = closed ? { ...this.#extent(), filemark: true } : await this.#committed();
    return new EndOfMediumError(`the tape is full: ${safe.records} records with ${safe.bytes} bytes are safe on it`, {
      ...details,
      errno: outcome?.code,
      safe,
      next: closed ? 'Continue on another cartridge' : 'The file has no filemark: read it back before relying on it',
    });
  }

  async #writeError(reason: unknown): Promise<Error> {
    const lost = reason instanceof PositionLostError || reason instanceof MediumChangedError;
    const safe = lost ? NOTHING_CERTAIN : await this.#committed();
    return new WriteError(`writing failed: ${safe.records} records with ${safe.bytes} bytes are certainly on tape`, {
      device: this.#port.device,
      operation: 'write',
      ...(reason instanceof LtoError && { sense: reason.sense, errno: reason.errno, next: reason.next }),
      cause: reason,
      safe,
    });
  }

  #extent() {
    return { records: this.#writer.records, bytes: this.#writer.bytes };
  }

  /** What the drive says it has moved from its buffer to the medium. */
  async #committed(): Promise<SafeExtent> {
    const { firstBlock } = this.#begun();
    const position = await readBufferPosition(this.#port).catch(() => undefined);
    if (firstBlock === undefined || position?.lastObject === undefined) return NOTHING_CERTAIN;
    const behind = Number(position.lastObject) - firstBlock;
    const records = Math.max(0, Math.min(this.#writer.records, behind));
    return { records, bytes: Math.min(records * this.#recordSize, this.#writer.bytes), filemark: false };
  }
}
