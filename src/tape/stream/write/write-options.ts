import { LARGEST_COUNT, type NumberRange, requireNumbers } from '../../../arguments/number.js';
import type { OptionNames } from '../../../arguments/option-names.js';
import { requireRecord } from '../../../arguments/options.js';
import { InvalidArgumentError } from '../../../errors/index.js';
import type { StartOptions } from '../file/start-file.js';
import { requireTransferOptions, TRANSFER_OPTIONS, type TransferOptions } from '../file/transfer-options.js';
import { LARGEST_BUFFER } from '../memory/memory.js';

export interface WriteStreamOptions extends TransferOptions, StartOptions {
  /**
   * Bytes of a record: a multiple of 512, up to what the drive allows and the path to it carries. Default 256 KiB, or
   * what the path is known to carry where that is less.
   */
  readonly recordSize?: number | undefined;
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
}

/** Alignment that direct I/O requires for addresses and for the length of all records but the last. */
export const SECTOR = 512;
/** The largest multiple of a sector that fits the 24-bit length of READ(6) and WRITE(6). */
export const LARGEST_RECORD = 2 ** 24 - SECTOR;

export const WRITE_OPTIONS: OptionNames<WriteStreamOptions> = {
  ...TRANSFER_OPTIONS,
  position: true,
  closeUnterminated: true,
  expected: true,
  recordSize: true,
  startThreshold: true,
  earlyWarningAllowance: true,
  onProgress: true,
};

const RANGES = {
  recordSize: { min: SECTOR, max: LARGEST_RECORD, unit: 'bytes', multipleOf: SECTOR },
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
  requireTransferOptions(options, details, WRITE_OPTIONS);
  requireNumbers(options, RANGES, details);
  if (options.expected !== undefined) {
    requireRecord('expected', options.expected, details);
    requireNumbers(options.expected, START_RANGES, details);
  }
  const { position } = options;
  if (position === undefined || position === 'append' || position === 'overwrite') return;
  throw new InvalidArgumentError('the position must be append or overwrite', details);
}
