import { LARGEST_COUNT, type NumberRange, requireNumbers } from '../../../arguments/number.js';
import type { OptionNames } from '../../../arguments/option-names.js';
import { InvalidArgumentError, type LtoErrorDetails } from '../../../errors/index.js';
import { LOGICAL_OBJECTS } from '../../motion/motion.js';
import { LARGEST_OFFER } from '../memory/memory.js';

/** A part of a file. */
export interface ByteRangeOptions {
  /** First byte to read, counted from 0. */
  readonly start?: number | undefined;
  /** Last byte to read, included as in `fs.createReadStream`. Default: the last byte of the file. */
  readonly end?: number | undefined;
  /**
   * `recordSize` of the file's receipt, for `start` and `end`: the tape goes straight to the record that holds `start`,
   * (and to the one before, if `start` begins a record), and only the records of the range are read. The stream fails with VerificationError if their sizes differ. Without
   * it, all records are read from the beginning of the file, since any of them may have another size.
   */
  readonly recordSize?: number | undefined;
  /** `firstLogicalObject` of the receipt, for `start`: the tape need not go to the beginning of the file first. */
  readonly firstLogicalObject?: number | undefined;
}

export const BYTE_RANGE_OPTIONS: OptionNames<ByteRangeOptions> = {
  start: true,
  end: true,
  recordSize: true,
  firstLogicalObject: true,
};

/** The bytes of a file that were read, both included; nothing was read if `end` is smaller than `start`. */
export interface BytesRead {
  readonly start: number;
  readonly end: number;
}

const BYTES: NumberRange = { min: 0, max: LARGEST_COUNT, unit: 'bytes' };
const RANGES = {
  start: BYTES,
  end: BYTES,
  recordSize: { min: 1, max: LARGEST_OFFER, unit: 'bytes' },
  firstLogicalObject: LOGICAL_OBJECTS,
} satisfies Record<string, NumberRange>;

/** The part of a file that is read, cut out of the chunks of its records. */
export class ByteRange {
  readonly recordSize: number | undefined;
  readonly firstLogicalObject: number | undefined;
  readonly #start: number;
  readonly #end: number;
  /** Offset of the next chunk in the file. */
  #offset: number;
  #delivered = 0;
  /** Records that were left out so far. */
  #skipped = 0;

  constructor({ start = 0, end, recordSize, firstLogicalObject }: ByteRangeOptions) {
    this.#start = start;
    this.#end = end ?? Number.POSITIVE_INFINITY;
    this.recordSize = recordSize;
    this.firstLogicalObject = firstLogicalObject;
    this.#offset = this.firstRecord * (recordSize ?? 0);
  }

  /**
   * Number of the first record that is read. If `start` begins a record, that is the one before it: only a record shows
   * that the file reaches so far, since a shorter one may be its last.
   */
  get firstRecord(): number {
    return this.recordSize === undefined ? 0 : Math.floor(Math.max(0, this.#start - 1) / this.recordSize);
  }

  /** Most records that are read; undefined if their size is not known. */
  get records(): number | undefined {
    if (this.recordSize === undefined) return undefined;
    return Math.floor(this.#end / this.recordSize) - this.firstRecord + 1;
  }

  /** Whether nothing more is needed. */
  get isComplete(): boolean {
    return this.#offset > this.#end;
  }

  get bytesRead(): BytesRead {
    return { start: this.#start, end: this.#start + this.#delivered - 1 };
  }

  /** Bytes of the range in the next chunk. `skipped`: records that were left out before it. */
  cut(chunk: Buffer, skipped: number): Buffer {
    this.#offset += (skipped - this.#skipped) * (this.recordSize ?? 0);
    this.#skipped = skipped;
    const from = Math.max(0, this.#start - this.#offset);
    const part = chunk.subarray(from, Math.max(from, this.#end + 1 - this.#offset));
    this.#offset += chunk.length;
    this.#delivered += part.length;
    return part;
  }

  /** To be called at the filemark. Throws InvalidArgumentError if the file ends before `start`. */
  requireReached(details: LtoErrorDetails): void {
    if (this.#offset >= this.#start) return;
    throw new InvalidArgumentError(`the file has ${this.#offset} bytes and ends before byte ${this.#start}`, {
      ...details,
      next: 'Give a `start` within the file',
    });
  }
}

interface WithRange extends ByteRangeOptions {
  readonly fileNumber?: number | undefined;
  readonly checksum?: unknown;
  readonly expectedChecksum?: unknown;
  readonly onBadRecord?: string | undefined;
}

/** Whether less than the whole file is asked for. */
export function isPart({ start = 0, end }: ByteRangeOptions): boolean {
  return start > 0 || end !== undefined;
}

/** Throws InvalidArgumentError for a range that can never be right. */
export function requireByteRange(options: WithRange, details: LtoErrorDetails): void {
  requireNumbers(options, RANGES, details);
  const { start = 0, end = start, recordSize } = options;
  if (end < start) throw new InvalidArgumentError(`the range ends at byte ${end}, before byte ${start}`, details);
  if (!isPart(options)) return;
  if (options.fileNumber === undefined) {
    throw new InvalidArgumentError('`start` and `end` need `fileNumber`', details);
  }
  if (options.expectedChecksum !== undefined || (options.checksum ?? false) !== false) {
    throw new InvalidArgumentError('part of a file has no checksum to compare with that of the whole', {
      ...details,
      next: 'Read the whole file to check it',
    });
  }
  if (options.onBadRecord === 'skip' && recordSize === undefined) {
    throw new InvalidArgumentError('`onBadRecord: skip` with `start` or `end` needs `recordSize`', {
      ...details,
      next: 'Give the record size of the receipt: the bytes of a record that is left out cannot be counted',
    });
  }
}
