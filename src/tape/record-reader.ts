import type { ReadOutcome } from '../../binding.js';
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
import { nextStreamNumber } from './stream-number.js';

export interface RecordReaderOptions {
  /** Largest record that is accepted, in bytes. */
  readonly maxRecordSize: number;
  /** Bytes that are held at most. */
  readonly bufferBytes: number;
  /** For blocks under another key than the one that is set. */
  readonly keys?: KeyStore | undefined;
}

const PAGE = 4096;
const DEPTH = 3;
/** As many records as the memory has room for (the largest count that the addon takes). */
const ALL_RECORDS = 0x7fff_ffff;
/** First offer: larger than nearly every program's records, small enough for every host adapter. */
const FIRST_OFFER = 1024 * 1024;

interface Call {
  readonly slab: Uint8Array;
  readonly outcome: Promise<ReadOutcome>;
}

/**
 * Reads the records of a file up to its filemark, several calls ahead of the consumer. Every read offers room for the
 * largest record; one that is larger still is read again with a larger offer, since `st` skips a record that does not
 * fit.
 */
export class RecordReader {
  records = 0;
  bytes = 0;
  largestRecord = 0;
  readonly #port: DrivePort;
  readonly #options: RecordReaderOptions;
  #offer: number;
  #free: Uint8Array[] = [];
  #calls: Call[] = [];
  #stream = nextStreamNumber();

  constructor(port: DrivePort, options: RecordReaderOptions) {
    this.#port = port;
    this.#options = options;
    this.#offer = Math.min(FIRST_OFFER, options.maxRecordSize);
    this.#allocate();
  }

  /**
   * The bytes of the file, in chunks of whole records, up to the filemark. Throws EndOfDataError where nothing is
   * recorded, UnterminatedFileError when the data ends without a filemark, RecordTooLargeError, and what the drive says.
   */
  async *chunks(): AsyncGenerator<Buffer, void> {
    try {
      for (;;) {
        this.#readAhead();
        const call = this.#calls.shift();
        if (call === undefined)
          throw new LtoError('LTO_INTERNAL', 'no read is under way', { device: this.#port.device });
        const outcome = await call.outcome;
        yield* this.#take(call.slab, outcome);
        this.#free.push(call.slab);
        if (outcome.stop === 'full') continue;
        await this.#quiet();
        if (outcome.stop === 'zero') return this.#requireFilemark(outcome);
        if (outcome.stop === 'error') await this.#goOnWithOtherKey(await this.#explain(outcome));
        else await this.#offerMore();
      }
    } finally {
      await this.#quiet();
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

  #allocate(): void {
    const slabBytes = Math.max(Math.floor(this.#options.bufferBytes / DEPTH / PAGE) * PAGE, roundUp(this.#offer));
    this.#free = Array.from({ length: DEPTH }, () => this.#port.transport.allocate(slabBytes));
  }

  #readAhead(): void {
    this.#port.requirePosition('read');
    for (const slab of this.#free.splice(0)) {
      const outcome = this.#read(slab);
      // Awaited in order; a call behind the one that stopped fails unread, and nobody waits for it.
      outcome.catch(() => undefined);
      this.#calls.push({ slab, outcome });
    }
  }

  #read(slab: Uint8Array): Promise<ReadOutcome> {
    const { transport, device } = this.#port;
    const work = () => transport.readRecords(slab, this.#offer, ALL_RECORDS, this.#stream);
    return logged({ device, operation: 'read' }, work, ({ stop }) => stop);
  }

  /** Copies what was read out of the slab: runs of records that lie side by side become one chunk. */
  *#take(slab: Uint8Array, { lengths }: ReadOutcome): Generator<Buffer, void> {
    let begin = 0;
    let end = 0;
    for (const length of lengths) {
      const offset = roundUp(end);
      if (offset !== end) {
        yield Buffer.from(slab.subarray(begin, end));
        begin = offset;
      }
      end = offset + length;
      this.records += 1;
      this.bytes += length;
      this.largestRecord = Math.max(this.largestRecord, length);
    }
    if (end > begin) yield Buffer.from(slab.subarray(begin, end));
  }

  /** Waits until nothing is under way; what was still queued was not read. */
  async #quiet(): Promise<void> {
    for (const { slab, outcome } of this.#calls.splice(0)) {
      await outcome.catch(() => undefined);
      this.#free.push(slab);
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
    this.#offer = Math.min(this.#offer * 2, maxRecordSize);
    this.#allocate();
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / PAGE) * PAGE;
}
