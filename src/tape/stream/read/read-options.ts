import { type NumberRange, requireNumbers } from '../../../arguments/number.js';
import type { OptionNames } from '../../../arguments/option-names.js';
import { InvalidArgumentError } from '../../../errors/index.js';
import { type KeyStore, requireKeyStore } from '../../../keys/key-store.js';
import { type OnBadRecord, requireOnBadRecord } from '../../motion/bad-record.js';
import { FILE_NUMBERS } from '../../motion/motion.js';
import { algorithmOf } from '../file/checksum.js';
import { requireTransferOptions, TRANSFER_OPTIONS, type TransferOptions } from '../file/transfer-options.js';
import { LARGEST_OFFER } from '../memory/memory.js';
import { BYTE_RANGE_OPTIONS, type ByteRangeOptions, requireByteRange } from './byte-range.js';

export interface ReadStreamOptions extends TransferOptions, ByteRangeOptions {
  /**
   * File to read, in `partition`. By default the tape is read from the current position, or, if that is in another
   * partition than the one given, from the beginning of the partition.
   */
  readonly fileNumber?: number | undefined;
  /**
   * What happens when the drive can't read a record. `fail` (the default): the stream fails with a MediumError that
   * names the record. `skip`: the record is left out and listed in `skipped`, and reading continues after it, which
   * saves the rest of a damaged file. `skip` needs a drive that reports its position.
   */
  readonly onBadRecord?: OnBadRecord | undefined;
  /** Where the key of an encrypted file is looked up, by the name that is on the tape. */
  readonly keyStore?: KeyStore | undefined;
  /** Largest accepted record, in bytes. Default: the drive's limit. */
  readonly maxRecordSize?: number | undefined;
  /** Checksum of a receipt. The stream fails at its end with VerificationError when the file has another checksum. */
  readonly expectedChecksum?: string | undefined;
  /**
   * Promises that a chunk is no longer used once the destination of `pipe()` or `pipeline()` has called its write
   * callback, or `for await` has asked for the next chunk. The memory is then reused at once, without waiting for
   * garbage collection. Default: true for files (`fs.WriteStream`) and write streams of this library as destinations,
   * since they are known to do so; false for everything else, such as a Transform, which passes chunks on.
   */
  readonly reuseChunks?: boolean | undefined;
}

const READ_OPTIONS: OptionNames<ReadStreamOptions> = {
  ...TRANSFER_OPTIONS,
  ...BYTE_RANGE_OPTIONS,
  fileNumber: true,
  onBadRecord: true,
  keyStore: true,
  maxRecordSize: true,
  expectedChecksum: true,
  reuseChunks: true,
};

const RANGES = {
  fileNumber: FILE_NUMBERS,
  maxRecordSize: { min: 1, max: LARGEST_OFFER, unit: 'bytes' },
} satisfies Record<string, NumberRange>;

/** Throws InvalidArgumentError for options that can never be valid. */
export function requireReadOptions(device: string, options: ReadStreamOptions): void {
  const details = { device, operation: 'read' };
  requireTransferOptions(options, details, READ_OPTIONS);
  requireNumbers(options, RANGES, details);
  if (options.keyStore !== undefined) requireKeyStore(options.keyStore, details);
  const { checksum, expectedChecksum, onBadRecord } = options;
  requireOnBadRecord(onBadRecord, details);
  requireByteRange(options, details);
  if (expectedChecksum === undefined) return;
  const expected = algorithmOf(expectedChecksum, details);
  if (checksum === undefined || checksum === expected) return;
  throw new InvalidArgumentError(`the expected checksum is not a valid ${checksum || 'checksum'}`, details);
}
