import { LARGEST_COUNT, type NumberRange, requireNumbers } from '../../../arguments/number.js';
import { requireCallback, requireOptions, requireRecord } from '../../../arguments/options.js';
import { InvalidArgumentError } from '../../../errors/index.js';
import { type BlockProtection, requireBlockProtection } from '../../block-protection/options.js';
import { PARTITIONS } from '../../port/partitions.js';
import { type ChecksumAlgorithm, requireAlgorithm } from '../file/checksum.js';
import type { ExpectedStart } from '../file/start-file.js';
import { LARGEST_BUFFER } from '../memory/memory.js';

export interface WriteStreamOptions {
  /**
   * Bytes of a record: a multiple of 512, up to what the drive allows and the path to it carries. Default 256 KiB, or
   * what the path is known to carry where that is less.
   */
  readonly recordSize?: number | undefined;
  /**
   * `append` (the default) writes at the end of the recorded data. `overwrite` writes at the current position: all data
   * after it is lost.
   */
  readonly position?: 'append' | 'overwrite' | undefined;
  /**
   * The partition. `append`: the one to append to, 0 by default. `overwrite`: the one that the tape must stand in,
   * otherwise nothing is written; by default the one that this handle last moved to.
   */
  readonly partition?: number | undefined;
  /** Writes nothing and fails unless the file would begin exactly here; meant for `overwrite`. */
  readonly expected?: ExpectedStart | undefined;
  /** Write the missing filemark of a last file that was cut off, instead of refusing to append after it. */
  readonly closeUnterminated?: boolean | undefined;
  /**
   * Logical block protection: see `BlockProtection`. Default: the value given to `open`, else `off`. Each record is
   * four bytes longer on its way to the drive, and the path must be able to carry that.
   */
  readonly protection?: BlockProtection | undefined;
  /**
   * Default `crc32`, or `crc32c` with protection, which is then computed from the checksums of the records. `false`:
   * none.
   */
  readonly checksum?: ChecksumAlgorithm | false | undefined;
  /**
   * Most bytes that the stream holds, including chunks of `TapeDrive.allocate()`. Default 32 MiB, at most 64 GiB. From
   * 1 GiB up the drive is fed at a pace between its lowest and its highest speed, so that the buffered data lasts
   * through pauses of the source.
   */
  readonly bufferBytes?: number | undefined;
  /** Bytes that are buffered before the tape starts, and again after 3 s without data. Default: 3/4 of the buffer. */
  readonly startThreshold?: number | undefined;
  /**
   * Bytes that are still written after early warning; the rest of the tape is kept for the filemark. Default: what the
   * stream may hold at that moment plus 8 MiB, so that a source that ends at once gets all its data onto the tape. With
   * Infinity the drive itself sets the end. If the tape ends before the allowance does, writing ends there and no data
   * is lost silently.
   */
  readonly earlyWarningAllowance?: number | undefined;
  /**
   * Called with the total number of bytes that the drive has accepted so far. An error that it throws destroys the
   * stream.
   */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Destroys the stream when aborted, at once if it still waits for its turn at the drive. */
  readonly signal?: AbortSignal | undefined;
}

/** Alignment that direct I/O requires for addresses and for the length of all records but the last. */
export const SECTOR = 512;
/** The largest multiple of a sector that fits the 24-bit length of READ(6) and WRITE(6). */
export const LARGEST_RECORD = 2 ** 24 - SECTOR;

const RANGES = {
  partition: PARTITIONS,
  recordSize: { min: SECTOR, max: LARGEST_RECORD, unit: 'bytes', multipleOf: SECTOR },
  bufferBytes: { min: 1, max: LARGEST_BUFFER, unit: 'bytes' },
  startThreshold: { min: 0, max: LARGEST_BUFFER, unit: 'bytes' },
  earlyWarningAllowance: { min: 0, max: Number.POSITIVE_INFINITY, unit: 'bytes' },
} satisfies Record<string, NumberRange>;

const START_RANGES = {
  fileNumber: { min: 0, max: LARGEST_COUNT, unit: 'files' },
  firstLogicalObject: { min: 0, max: LARGEST_COUNT, unit: 'blocks' },
  mediumEpoch: { min: 0, max: LARGEST_COUNT, unit: 'changes' },
} satisfies Record<string, NumberRange>;

/** Throws InvalidArgumentError for options that can never be valid. */
export function requireWriteOptions(device: string, options: WriteStreamOptions): void {
  const details = { device, operation: 'write' };
  requireOptions(options, details);
  requireNumbers(options, RANGES, details);
  if (options.expected !== undefined) {
    requireRecord('expected', options.expected, details);
    requireNumbers(options.expected, START_RANGES, details);
  }
  requireCallback('onProgress', options.onProgress, details);
  requireAlgorithm(options.checksum, details);
  requireBlockProtection(options.protection, details);
  const { position } = options;
  if (position === undefined || position === 'append' || position === 'overwrite') return;
  throw new InvalidArgumentError('the position must be append or overwrite', details);
}
