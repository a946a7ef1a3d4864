import { setTimeout } from 'node:timers/promises';
import type { Crc32, ReadOutcome, SlabPool } from '../../binding.js';
import {
  EncryptionKeyError,
  EndOfDataError,
  LtoError,
  MediumError,
  RecordTooLargeError,
  UnterminatedFileError,
} from '../errors/index.js';
import type { KeyStore } from '../keys/key-store.js';
import { hasStatus } from '../transport/mtio.js';
import { logged } from './command-log.js';
import type { DrivePort } from './drive-port.js';
import { unlock } from './encryption/unlock.js';
import { RECORDS, space } from './motion.js';
import { planSlabs } from './slab-ring.js';
import { nextStreamNumber } from './stream-number.js';

export interface RecordReaderOptions {
  /** Largest record that is accepted, in bytes. */
  readonly maxRecordSize: number;
  /** Bytes that are held at most, with the chunks that the consumer has and those that await garbage collection. */
  readonly bufferBytes: number;
  /** Follows the records that are read. */
  readonly checksum?: Crc32 | undefined;
  /** For blocks under another key than the one that is set. */
  readonly keys?: KeyStore | undefined;
  /** Called after each wait for the drive. */
  readonly onWaited: () => void;
}

const PAGE = 4096;
/** This part of the memory is read ahead, the rest is for chunks that the consumer has. */
const AHEAD_PART = 1 / 4;
/** And this, where the consumer gives chunks back at once. */
const AHEAD_PART_REUSING = 1 / 2;
/** The event loop is woken once for so many bytes: the more, the more memory goes round, beyond what a cache holds. */
const WAKE_BYTES = 8 * 1024 * 1024;
/** Of chunks that nobody uses any more, V8 collects no less. */
const COLLECTED_BYTES = 32 * 1024 * 1024;
/** Milliseconds that V8 gets to hand collected memory back, which a thread of its own does. */
const COLLECTION_TIME = 10;
/** V8 looks at the size of external memory when it makes an ArrayBuffer that does not fit into its own heap. */
const SMALLEST_EXTERNAL = 128;
/** As many records as the memory has room for (the largest count that the addon takes). */
const ALL_RECORDS = 0x7fff_ffff;
/** First offer: larger than nearly every program's records, small enough for every host adapter. */
const FIRST_OFFER = 1024 * 1024;
/** So many records tell how large those of the file are. */
const TELLING_RECORDS = 4;
/**
 * Vendors whose drives lose the end of a record that is shorter than the offer and longer than half of it: `dd bs=8192`
 * reads 4608-byte records of tgt's tape with 1024 zeros at their ends. An offer far above the records is safe there.
 */
const CUTS_SHORT_RECORDS: ReadonlySet<string | undefined> = new Set(['IET']);

interface Call {
  readonly outcome: Promise<ReadOutcome>;
  isSettled: boolean;
}

/** What came of a call. */
interface Result extends ReadOutcome {
  readonly memory: ArrayBuffer;
}

/**
 * Reads the records of a file up to its filemark, several calls ahead of the consumer. The first reads offer room for the
 * largest record that programs write; then the file's own records tell how much is needed, since the kernel pins all that
 * is offered, for each record. One that does not fit all the same is read again with a larger offer, since `st` skips it.
 *
 * Chunks are the slabs themselves, without a copy. Where nobody tells when a consumer has done with a chunk, garbage
 * collection does, and the slab is used again then. Where the consumer keeps so many that the read-ahead would have to
 * stop, it gets copies, and the slab is free at once.
 */
export class RecordReader {
  records = 0;
  bytes = 0;
  largestRecord = 0;
  readonly #port: DrivePort;
  readonly #options: RecordReaderOptions;
  #offer: number;
  /** Whether the offer may still become smaller: a file whose records grew is not tried twice. */
  #mayTighten: boolean;
  #pool: SlabPool;
  #slabBytes = 0;
  #slabs = 0;
  #ahead = 0;
  /** Milliseconds that are left to wait for memory to come back. */
  #patience = COLLECTION_TIME;
  /** Bytes asked for by calls whose end wakes nobody, since the last one that does. */
  #quietBytes = 0;
  /** Chunks that the consumer has of each slab of the pool. */
  #lent = new WeakMap<ArrayBufferLike, number>();
  readonly #calls: Call[] = [];
  #stream = nextStreamNumber();

  constructor(port: DrivePort, options: RecordReaderOptions) {
    this.#port = port;
    this.#options = options;
    this.#offer = Math.min(FIRST_OFFER, options.maxRecordSize);
    this.#mayTighten = !CUTS_SHORT_RECORDS.has(port.model?.vendor);
    this.#pool = this.#usePool();
  }

  /**
   * The bytes of the file, in chunks of whole records, up to the filemark. Throws EndOfDataError where nothing is
   * recorded, UnterminatedFileError when the data ends without a filemark, RecordTooLargeError, and what the drive says.
   */
  async *chunks(): AsyncGenerator<Buffer, void> {
    try {
      for (;;) {
        const outcome = await this.#nextResult();
        yield* this.#take(outcome, await this.#canSpare());
        this.#tightenOffer();
        if (outcome.stop === 'full') continue;
        await this.#quiet();
        if (outcome.stop === 'zero') return this.#requireFilemark(outcome);
        if (outcome.stop === 'error') await this.#goOnWithOtherKey(await this.#explain(outcome));
        else await this.#offerMore();
      }
    } finally {
      await this.#quiet();
      this.#closePool();
    }
  }

  /**
   * Some drives tell how a block is encrypted only after they met it: the key is set then, and reading goes on with the
   * same block. Throws whatever else stopped it, and EncryptionKeyError when there is no such key.
   */
  async #goOnWithOtherKey(reason: unknown): Promise<void> {
    const { keys } = this.#options;
    if (!(reason instanceof EncryptionKeyError) || keys === undefined) throw reason;
    if (!(await unlock(this.#port, keys))) throw reason;
  }

  async #nextResult(): Promise<Result> {
    this.#readAhead();
    const call = this.#calls.shift();
    const waits = call?.isSettled === false;
    const outcome = await call?.outcome;
    if (waits) this.#options.onWaited();
    if (outcome?.memory) return { ...outcome, memory: outcome.memory };
    throw new LtoError('LTO_INTERNAL', 'no read is under way', { device: this.#port.device });
  }

  #usePool(): SlabPool {
    const { slabBytes, count } = planSlabs(this.#options.bufferBytes, roundUp(this.#offer));
    this.#slabBytes = slabBytes;
    this.#ahead = Math.max(2, Math.floor(count * AHEAD_PART));
    this.#slabs = Math.max(count, this.#ahead + 1);
    return this.#port.transport.createPool(slabBytes, this.#slabs);
  }

  #closePool(): void {
    this.#pool.close();
    // What is released of it from now on is not taken back.
    this.#lent = new WeakMap();
  }

  /** Tops up when half of what is read ahead has been taken. */
  #readAhead(): void {
    this.#port.requirePosition('read');
    if (this.#calls.length > this.#ahead / 2) return;
    const count = Math.min(this.#ahead - this.#calls.length, this.#pool.available);
    for (let i = 0; i < count; i += 1) this.#calls.push(this.#read());
  }

  #read(): Call {
    const { transport, device } = this.#port;
    const options = { checksum: this.#options.checksum, quiet: this.#isQuiet() };
    const work = () => transport.readRecords(this.#pool, this.#offer, ALL_RECORDS, this.#stream, options);
    const outcome = logged({ device, operation: 'read' }, work, ({ stop }) => stop);
    const call = { outcome, isSettled: false };
    const settle = () => {
      call.isSettled = true;
    };
    // Awaited in order; a call behind the one that stopped fails unread, and nobody waits for it.
    outcome.then(settle, settle);
    return call;
  }

  #isQuiet(): boolean {
    this.#quietBytes += this.#slabBytes;
    if (this.#quietBytes < Math.min(WAKE_BYTES, (this.#ahead * this.#slabBytes) / 2)) return true;
    this.#quietBytes = 0;
    return false;
  }

  /** Hands out what was read: runs of records that lie side by side become one chunk. */
  *#take({ lengths, memory }: Result, spare: boolean): Generator<Buffer, void> {
    const chunk = (begin: number, end: number) => {
      const view = Buffer.from(memory, begin, end - begin);
      return spare ? view : Buffer.from(view);
    };
    const chunks: Buffer[] = [];
    let begin = 0;
    let end = 0;
    for (const length of lengths) {
      const offset = roundUp(end);
      if (offset !== end) {
        chunks.push(chunk(begin, end));
        begin = offset;
      }
      end = offset + length;
      this.records += 1;
      this.bytes += length;
      this.largestRecord = Math.max(this.largestRecord, length);
    }
    if (end > begin) chunks.push(chunk(begin, end));
    if (spare && chunks.length > 0) this.#lent.set(memory, chunks.length);
    else this.#pool.giveBack(memory);
    yield* chunks;
  }

  /** Takes a chunk back that nobody will look at again. */
  release({ buffer }: Buffer): void {
    this.#ahead = Math.max(this.#ahead, Math.floor(this.#slabs * AHEAD_PART_REUSING));
    const left = (this.#lent.get(buffer) ?? 0) - 1;
    if (left < 0 || !(buffer instanceof ArrayBuffer)) return;
    if (left > 0) {
      this.#lent.set(buffer, left);
    } else {
      this.#lent.delete(buffer);
      this.#pool.giveBack(buffer);
    }
  }

  /** Whether the read-ahead can go on without the slab that is about to be handed out. */
  async #canSpare(): Promise<boolean> {
    const isEnough = () => this.#pool.available + this.#calls.length >= this.#ahead;
    const handedOut = this.#slabs - this.#pool.available - this.#calls.length;
    if (handedOut * this.#slabBytes < COLLECTED_BYTES) return isEnough();
    // Chunks that the consumer has let go of come back when V8 collects its youngest objects. It looks at the size of
    // what they hold only when it makes an ArrayBuffer itself.
    new ArrayBuffer(SMALLEST_EXTERNAL);
    for (; !isEnough() && this.#patience > 0; this.#patience -= 1) await setTimeout(1);
    // A consumer that keeps its chunks is not waited for again until some have come back.
    if (isEnough()) this.#patience = COLLECTION_TIME;
    return isEnough();
  }

  /** Waits until nothing is under way; what was still queued was not read. */
  async #quiet(): Promise<void> {
    for (const call of this.#calls.splice(0)) {
      const outcome = await call.outcome.catch(() => undefined);
      if (outcome?.memory) this.#pool.giveBack(outcome.memory);
    }
    this.#stream = nextStreamNumber();
  }

  #requireFilemark({ mt }: ReadOutcome): void {
    if (mt === undefined || !hasStatus(mt.generalStatus, 'EOD')) return;
    throw this.#endOfData();
  }

  #endOfData(): LtoError {
    const details = { device: this.#port.device, operation: 'read' };
    if (this.records === 0) {
      return new EndOfDataError('nothing is recorded here: this is the end of the data on the tape', {
        ...details,
        next: 'Rewind, or go to a file that exists',
      });
    }
    return new UnterminatedFileError('the file ends without a filemark: its writing was cut off', {
      ...details,
      records: this.records,
      bytes: this.bytes,
      next: 'What was read is good, but more may have been meant to follow',
    });
  }

  async #explain({ code, errno, mt }: ReadOutcome): Promise<unknown> {
    const details = { device: this.#port.device, operation: 'read' };
    const cause = Object.assign(new Error(`read: ${code}`), {
      code: code ?? 'EIO',
      errno: errno ?? 0,
      syscall: 'read',
    });
    if (mt && hasStatus(mt.generalStatus, 'EOD')) return this.#endOfData();
    const reason = await this.#port.diagnose(cause, details);
    // `st` gives EIO for a blank tape as for a bad one. Spacing over one record tells them apart.
    if (reason instanceof MediumError && (await this.#isBlankHere())) return this.#endOfData();
    return reason;
  }

  async #isBlankHere(): Promise<boolean> {
    return space(this.#port, RECORDS, 1).then(
      () => false,
      (error: unknown) => error instanceof EndOfDataError,
    );
  }

  /** Programs write records of one size, the last one shorter. */
  #tightenOffer(): void {
    if (!this.#mayTighten || this.records < TELLING_RECORDS) return;
    this.#mayTighten = false;
    this.#offer = Math.min(this.#offer, roundUp(this.largestRecord));
  }

  /** Goes back to the record that did not fit, and makes room for it. */
  async #offerMore(): Promise<void> {
    await space(this.#port, RECORDS, -1);
    const { maxRecordSize } = this.#options;
    if (this.#offer >= maxRecordSize) {
      throw new RecordTooLargeError(`record ${this.records} of the file is larger than ${maxRecordSize} bytes`, {
        device: this.#port.device,
        operation: 'read',
        offered: this.#offer,
        next: 'Read with a larger `maxRecordSize`; the tape stands before that record',
      });
    }
    this.#mayTighten = false;
    this.#offer = Math.min(Math.max(this.#offer * 2, FIRST_OFFER), maxRecordSize);
    this.#closePool();
    this.#pool = this.#usePool();
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / PAGE) * PAGE;
}
