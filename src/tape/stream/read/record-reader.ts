import {
  EncryptionKeyError,
  EndOfDataError,
  type LtoError,
  MediumError,
  type RecordLimit,
  type RecordTooLargeError,
  UnterminatedFileError,
  VerificationError,
} from '../../../errors/index.js';
import type { KeyStore } from '../../../keys/key-store.js';
import { protectionBytes } from '../../../scsi/protection/methods.js';
import { hasStatus } from '../../../transport/mtio.js';
import { PAGE, roundUpToPage } from '../../../transport/page.js';
import type { ReadOutcome } from '../../../transport/transport.js';
import { unlock } from '../../encryption/unlock.js';
import { RECORDS, space } from '../../motion/motion.js';
import type { DrivePort } from '../../port/drive-port.js';
import { recordTooLarge } from '../file/record-too-large.js';
import { ReadMemory } from '../memory/read-memory.js';
import { ReadAhead, type ReadAheadOptions, type ReadResult } from './read-ahead.js';
import type { ReadRecovery } from './read-recovery.js';

export interface RecordReaderOptions extends ReadAheadOptions {
  /** Largest accepted record in bytes, and the source of that limit. */
  readonly maxRecordSize: number;
  readonly limit: Exclude<RecordLimit, 'path'>;
  /** Most bytes held, including chunks of the consumer and those that await garbage collection. */
  readonly bufferBytes: number;
  /** Largest chunk in bytes, unless a record is larger. */
  readonly largestSlab: number;
  /** Handles unreadable records. */
  readonly recovery: ReadRecovery;
  /** For blocks encrypted with another key than the current one. */
  readonly keyStore?: KeyStore | undefined;
  /** Size of every record except the last of the file, which may be shorter; undefined if it is not known. */
  readonly recordSize?: number | undefined;
  /** Most records that are read; undefined for all up to the filemark. */
  readonly records?: number | undefined;
}

/** After this many records, the record size of the file is taken as known. */
const TELLING_RECORDS = 4;
/**
 * Vendors whose drives lose the end of a record that is shorter than the offer and longer than half of it: `dd bs=8192`
 * reads 4608-byte records of tgt's tape with 1024 zeros at their ends. An offer far above the records is safe there.
 */
const CUTS_SHORT_RECORDS: ReadonlySet<string | undefined> = new Set(['IET']);

/**
 * Reads the records of a file up to its filemark, several calls ahead of the consumer. The first reads offer what the
 * path to the drive is known to carry; then the size of the file's records determines the offer, because the kernel
 * pins all offered memory for each record. A record that does not fit is read again with a larger offer, because `st`
 * skips it. An offer that the path does not carry (EBUSY) does not move the tape, and is reduced.
 */
export class RecordReader {
  records = 0;
  bytes = 0;
  largestRecord = 0;
  readonly #port: DrivePort;
  readonly #options: RecordReaderOptions;
  #offer: number;
  /** Whether the offer may still be reduced: not again for a file whose records grew. */
  #mayTighten: boolean;
  /** An offer that the record ahead is larger than. */
  #tooSmall: number | undefined;
  /** Number of the last record that a key was set for. */
  #unlocked: number | undefined;
  /** A record was shorter than `recordSize`: it must be the last of the file. */
  #isShort = false;
  readonly #memory: ReadMemory;
  readonly #ahead: ReadAhead;

  constructor(port: DrivePort, options: RecordReaderOptions) {
    this.#port = port;
    this.#options = options;
    this.#mayTighten = !CUTS_SHORT_RECORDS.has(port.model?.vendor);
    const known = this.#mayTighten ? options.recordSize : undefined;
    const offer = known === undefined ? this.#largestOffer : roundUpToPage(known) + this.#extra;
    this.#offer = Math.min(port.path.carried, this.#largestOffer, offer);
    this.#memory = new ReadMemory(port.transport, options, this.#offer);
    this.#ahead = new ReadAhead(port, this.#memory, options);
  }

  /** Records still to be read; after a short one, the filemark that must follow it. */
  get #wanted(): number {
    if (this.#isShort) return 1;
    const { records = Number.POSITIVE_INFINITY, recovery } = this.#options;
    return Math.max(0, records - this.records - recovery.skipped.length);
  }

  /** Bytes of protection information per record, which an offer includes. */
  get #extra(): number {
    return protectionBytes(this.#options.protection);
  }

  get #largestOffer(): number {
    return this.#options.maxRecordSize + this.#extra;
  }

  /**
   * The bytes of the file, in chunks of whole records, up to the filemark or the last wanted record. Throws
   * VerificationError if a record has another size than `recordSize`, EndOfDataError if nothing is recorded, UnterminatedFileError if the data ends without a filemark, RecordTooLargeError, and the errors of the
   * drive.
   */
  async *chunks(): AsyncGenerator<Buffer, void> {
    try {
      while (this.#wanted > 0) {
        const result = await this.#ahead.next(this.#offer, this.#wanted);
        const chunk = await this.#take(result);
        if (chunk) yield chunk;
        this.#tightenOffer();
        if (result.stop === 'full') continue;
        await this.#ahead.quiet();
        if (result.stop === 'zero') return this.#requireFilemark(result);
        if (result.stop === 'damaged') await this.#options.recovery.readAgain(this.records);
        else if (result.stop === 'too-large') await this.#offerMore();
        else if (result.code === 'EBUSY') this.#offerLess(result.offer);
        else if (await this.#isEnd(await this.#explain(result))) return;
      }
    } finally {
      await this.#ahead.quiet();
      this.#memory.close();
    }
  }

  /** Whether the file ends where reading stopped. Throws the reason unless reading can continue. */
  async #isEnd(reason: unknown): Promise<boolean> {
    if (!(reason instanceof MediumError)) {
      await this.#goOnWithOtherKey(reason);
      return false;
    }
    const { recovery } = this.#options;
    // If the drive does not report the key in advance, its reply to the record does.
    const recovered = await recovery.goOn(reason, this.records).catch((told) => this.#goOnWithOtherKey(told));
    if (recovered === 'end of data') throw this.#endOfData();
    return recovered === 'end of file';
  }

  /**
   * Some drives report how a block is encrypted only after reading it: the key is set then, and reading continues with
   * the same block. Throws any other reason, and EncryptionKeyError if there is no such key.
   */
  async #goOnWithOtherKey(reason: unknown): Promise<void> {
    const { keyStore, recovery } = this.#options;
    if (!(reason instanceof EncryptionKeyError) || keyStore === undefined) throw reason;
    const record = this.records + recovery.skipped.length;
    // Only one key is set per record; otherwise this would never end.
    if (this.#unlocked === record || !(await unlock(this.#port, keyStore, reason))) throw reason;
    this.#unlocked = record;
  }

  /** Counts the records read and lends them. */
  #take(result: ReadResult): Promise<Buffer | undefined> {
    const { lengths, stop, offer } = result;
    if (lengths.length > 0 || ['zero', 'too-large', 'damaged'].includes(stop)) this.#port.path.carry(offer);
    if (lengths.length > 0) this.#tooSmall = undefined;
    for (const length of lengths) {
      this.#requireSize(length);
      this.records += 1;
      this.bytes += length;
      this.largestRecord = Math.max(this.largestRecord, length);
    }
    return this.#memory.lend(result);
  }

  #requireSize(length: number): void {
    const { recordSize = length } = this.#options;
    if (length > recordSize || this.#isShort) {
      throw new VerificationError(`the file has records of other sizes than ${recordSize} bytes`, {
        device: this.#port.device,
        operation: 'read',
        next: 'Give `recordSize` of the receipt, or read the range without it',
      });
    }
    this.#isShort = length < recordSize;
  }

  /** Takes back a chunk that is no longer used. */
  release(chunk: Buffer): void {
    this.#memory.release(chunk);
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
    return new UnterminatedFileError('the file ends without a filemark: writing it was interrupted', {
      ...details,
      records: this.records,
      bytes: this.bytes,
      next: 'The records that were read are good, but the file may be incomplete',
    });
  }

  async #explain({ code, mt }: ReadOutcome): Promise<unknown> {
    const details = { device: this.#port.device, operation: 'read' };
    // Where the tape stands elsewhere, its end of data is not that of this file.
    if (code !== 'ESTALE' && mt && hasStatus(mt.generalStatus, 'EOD')) return this.#endOfData();
    return this.#port.diagnose({ code: code ?? 'EIO', syscall: 'read' }, details);
  }

  /** Programs write records of one size, the last one shorter. */
  #tightenOffer(): void {
    if (!this.#mayTighten || this.records < TELLING_RECORDS) return;
    this.#mayTighten = false;
    this.#offer = Math.min(this.#offer, roundUpToPage(this.largestRecord) + this.#extra);
  }

  /** Goes back to the record that did not fit, with a larger offer. */
  async #offerMore(): Promise<void> {
    await space(this.#port, RECORDS, -1);
    this.#tooSmall = this.#offer;
    this.#mayTighten = false;
    this.#useOffer(this.#largerOffer(this.#offer));
  }

  /** The path did not carry the offer: the tape has not moved. */
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

  /** The offer for a record larger than `bytes`. */
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
