import type { Crc32 } from '../../../../binding.js';
import { logged } from '../../../device/command-log.js';
import {
  EncryptionKeyError,
  EndOfDataError,
  LtoError,
  MediumError,
  type RecordLimit,
  type RecordTooLargeError,
  UnterminatedFileError,
} from '../../../errors/index.js';
import type { KeyStore } from '../../../keys/key-store.js';
import { type ProtectionName, protectionBytes } from '../../../scsi/protection/methods.js';
import { hasStatus } from '../../../transport/mtio.js';
import { PAGE, roundUpToPage } from '../../../transport/page.js';
import type { ReadOutcome } from '../../../transport/transport.js';
import { unlock } from '../../encryption/unlock.js';
import { RECORDS, space } from '../../motion/motion.js';
import type { DrivePort } from '../../port/drive-port.js';
import { nextStreamNumber } from '../../port/stream-number.js';
import { recordTooLarge } from '../file/record-too-large.js';
import { WAKE_BYTES } from '../memory/memory.js';
import { ReadMemory } from '../memory/read-memory.js';
import type { ReadRecovery } from './read-recovery.js';

export interface RecordReaderOptions {
  /** Largest record that is accepted, in bytes, and what says so. */
  readonly maxRecordSize: number;
  readonly limit: Exclude<RecordLimit, 'path'>;
  /** Bytes that are held at most, with the chunks that the consumer has and those that await garbage collection. */
  readonly bufferBytes: number;
  /** What each record has on its way from the drive. */
  readonly protection: ProtectionName | undefined;
  /** Follows the records that are read. */
  readonly checksum?: Crc32 | undefined;
  /** For what the drive can't read. */
  readonly recovery: ReadRecovery;
  /** For blocks under another key than the one that is set. */
  readonly keyStore?: KeyStore | undefined;
  /** Called after each wait for the drive. */
  readonly onWaited: () => void;
}

/** As many records as the memory has room for (the largest count that the addon takes). */
const ALL_RECORDS = 0x7fff_ffff;
/** So many records tell how large those of the file are. */
const TELLING_RECORDS = 4;
/**
 * Vendors whose drives lose the end of a record that is shorter than the offer and longer than half of it: `dd bs=8192`
 * reads 4608-byte records of tgt's tape with 1024 zeros at their ends. An offer far above the records is safe there.
 */
const CUTS_SHORT_RECORDS: ReadonlySet<string | undefined> = new Set(['IET']);

interface Call {
  readonly offer: number;
  readonly outcome: Promise<ReadOutcome>;
  isSettled: boolean;
}

/** What came of a call. */
interface Result extends ReadOutcome {
  readonly memory: ArrayBuffer;
  readonly offer: number;
}

/**
 * Reads the records of a file up to its filemark, several calls ahead of the consumer. The first reads offer what the
 * path to the drive is known to carry; then the file's own records tell how much is needed, since the kernel pins all
 * that is offered, for each record. One that does not fit all the same is read again with a larger offer, since `st`
 * skips it. An offer that the path does not carry (EBUSY) leaves the tape where it is, and becomes smaller.
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
  /** An offer that the record ahead is larger than. */
  #tooSmall: number | undefined;
  /** The last record that a key was set for, by how many were before it. */
  #unlocked: number | undefined;
  readonly #memory: ReadMemory;
  /** Bytes asked for by calls whose end wakes nobody, since the last one that does. */
  #quietBytes = 0;
  readonly #calls: Call[] = [];
  #stream = nextStreamNumber();

  constructor(port: DrivePort, options: RecordReaderOptions) {
    this.#port = port;
    this.#options = options;
    this.#offer = Math.min(port.path.carried, this.#largestOffer);
    this.#mayTighten = !CUTS_SHORT_RECORDS.has(port.model?.vendor);
    this.#memory = new ReadMemory(port.transport, options.bufferBytes, this.#offer);
  }

  /** Bytes that a record has more on its way: an offer is of those too. */
  get #extra(): number {
    return protectionBytes(this.#options.protection);
  }

  get #largestOffer(): number {
    return this.#options.maxRecordSize + this.#extra;
  }

  /**
   * The bytes of the file, in chunks of whole records, up to the filemark. Throws EndOfDataError where nothing is
   * recorded, UnterminatedFileError when the data ends without a filemark, RecordTooLargeError, and what the drive says.
   */
  async *chunks(): AsyncGenerator<Buffer, void> {
    try {
      for (;;) {
        const result = await this.#nextResult();
        yield* await this.#take(result);
        this.#tightenOffer();
        if (result.stop === 'full') continue;
        await this.#quiet();
        if (result.stop === 'zero') return this.#requireFilemark(result);
        if (result.stop === 'damaged') await this.#options.recovery.readAgain(this.records);
        else if (result.stop === 'too-large') await this.#offerMore();
        else if (result.code === 'EBUSY') this.#offerLess(result.offer);
        else if (await this.#isEnd(await this.#explain(result))) return;
      }
    } finally {
      await this.#quiet();
      this.#memory.close();
    }
  }

  /** Whether the file ends where reading stopped. Throws what stopped it, unless it can go on. */
  async #isEnd(reason: unknown): Promise<boolean> {
    if (!(reason instanceof MediumError)) {
      await this.#goOnWithOtherKey(reason);
      return false;
    }
    const { recovery } = this.#options;
    // Where the drive does not tell of the key before, its answer to the record does.
    const recovered = await recovery.goOn(reason, this.records).catch((told) => this.#goOnWithOtherKey(told));
    if (recovered === 'end of data') throw this.#endOfData();
    return recovered === 'end of file';
  }

  /**
   * Some drives tell how a block is encrypted only after they met it: the key is set then, and reading goes on with the
   * same block. Throws whatever else stopped it, and EncryptionKeyError when there is no such key.
   */
  async #goOnWithOtherKey(reason: unknown): Promise<void> {
    const { keyStore, recovery } = this.#options;
    if (!(reason instanceof EncryptionKeyError) || keyStore === undefined) throw reason;
    const record = this.records + recovery.skipped.length;
    // A record that a key was set for is not asked for another one: that would never end.
    if (this.#unlocked === record || !(await unlock(this.#port, keyStore, reason))) throw reason;
    this.#unlocked = record;
  }

  async #nextResult(): Promise<Result> {
    this.#readAhead();
    const call = this.#calls.shift();
    const waits = call?.isSettled === false;
    const outcome = await call?.outcome;
    if (waits) this.#options.onWaited();
    if (call && outcome?.memory) return { ...outcome, memory: outcome.memory, offer: call.offer };
    throw new LtoError('LTO_INTERNAL', 'no read is under way', { device: this.#port.device });
  }

  /** Tops up when half of what is read ahead has been taken. */
  #readAhead(): void {
    this.#port.requirePosition('read');
    const { ahead, pool } = this.#memory;
    if (this.#calls.length > ahead / 2) return;
    const count = Math.min(ahead - this.#calls.length, pool.available);
    for (let i = 0; i < count; i += 1) this.#calls.push(this.#read());
  }

  #read(): Call {
    const { transport, device } = this.#port;
    const { checksum, protection } = this.#options;
    const options = { checksum, protection, quiet: this.#isQuiet() };
    const offer = this.#offer;
    const work = () => transport.readRecords(this.#memory.pool, offer, ALL_RECORDS, this.#stream, options);
    const outcome = logged({ device, operation: 'read' }, work, ({ stop }) => stop);
    const call = { offer, outcome, isSettled: false };
    const settle = () => {
      call.isSettled = true;
    };
    // Awaited in order; a call behind the one that stopped fails unread, and nobody waits for it.
    outcome.then(settle, settle);
    return call;
  }

  #isQuiet(): boolean {
    const { ahead, slabBytes } = this.#memory;
    this.#quietBytes += slabBytes;
    if (this.#quietBytes < Math.min(WAKE_BYTES, (ahead * slabBytes) / 2)) return true;
    this.#quietBytes = 0;
    return false;
  }

  /** Counts what was read, and hands it out. */
  #take(result: Result): Promise<Buffer[]> {
    const { lengths, stop, offer } = result;
    if (lengths.length > 0 || ['zero', 'too-large', 'damaged'].includes(stop)) this.#port.path.carry(offer);
    if (lengths.length > 0) this.#tooSmall = undefined;
    for (const length of lengths) {
      this.records += 1;
      this.bytes += length;
      this.largestRecord = Math.max(this.largestRecord, length);
    }
    return this.#memory.lend(result, this.#calls.length);
  }

  /** Takes a chunk back that nobody will look at again. */
  release(chunk: Buffer): void {
    this.#memory.release(chunk);
  }

  /** Waits until nothing is under way; what was still queued was not read. */
  async #quiet(): Promise<void> {
    for (const call of this.#calls.splice(0)) {
      const outcome = await call.outcome.catch(() => undefined);
      if (outcome?.memory) this.#memory.pool.giveBack(outcome.memory);
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

  async #explain({ code, mt }: ReadOutcome): Promise<unknown> {
    const details = { device: this.#port.device, operation: 'read' };
    if (mt && hasStatus(mt.generalStatus, 'EOD')) return this.#endOfData();
    return this.#port.diagnose({ code: code ?? 'EIO', syscall: 'read' }, details);
  }

  /** Programs write records of one size, the last one shorter. */
  #tightenOffer(): void {
    if (!this.#mayTighten || this.records < TELLING_RECORDS) return;
    this.#mayTighten = false;
    this.#offer = Math.min(this.#offer, roundUpToPage(this.largestRecord) + this.#extra);
  }

  /** Goes back to the record that did not fit, and makes room for it. */
  async #offerMore(): Promise<void> {
    await space(this.#port, RECORDS, -1);
    this.#tooSmall = this.#offer;
    this.#mayTighten = false;
    this.#useOffer(this.#largerOffer(this.#offer));
  }

  /** The path did not carry the offer: the tape still stands where it did. */
  #offerLess(refused: number): void {
    const { path } = this.#port;
    path.refuse(refused);
    this.#mayTighten = false;
    if (path.carried < PAGE) throw this.#tooLarge(refused, 'path');
    this.#useOffer(this.#tooSmall === undefined ? path.carried : this.#largerOffer(this.#tooSmall));
  }

  #useOffer(offer: number): void {
    this.#offer = Math.min(offer, this.#largestOffer);
    this.#memory.makeRoomFor(this.#offer);
  }

  /** What to offer a record that is larger than `bytes`. */
  #largerOffer(bytes: number): number {
    const { maxRecordSize, limit } = this.#options;
    const { path } = this.#port;
    const next = path.above(bytes, this.#largestOffer);
    if (next !== undefined) return next;
    throw bytes >= this.#largestOffer
      ? this.#tooLarge(maxRecordSize, limit)
      : this.#tooLarge(path.refused ?? bytes, 'path');
  }

  #tooLarge(offered: number, limit: RecordLimit): RecordTooLargeError {
    const largest = limit === 'path' ? this.#port.path.carried - this.#extra : offered;
    return recordTooLarge(this.#port.device, this.records, { offered, largest, limit });
  }
}
