import { type NumberRange, requireNumbers } from '../../../arguments/number.js';
import { requireOptions } from '../../../arguments/options.js';
import { InvalidArgumentError } from '../../../errors/index.js';
import { type KeyStore, requireKeyStore } from '../../../keys/key-store.js';
import { type BlockProtection, requireBlockProtection } from '../../block-protection/options.js';
import { FILE_NUMBERS } from '../../motion/motion.js';
import { PARTITIONS } from '../../port/partitions.js';
import { algorithmOf, type ChecksumAlgorithm, requireAlgorithm } from '../file/checksum.js';
import { LARGEST_BUFFER, LARGEST_OFFER } from '../memory/memory.js';
import type { OnBadRecord } from './read-recovery.js';

export interface ReadStreamOptions {
  /** File to read; by default the tape is read from the current position. */
  readonly fileNumber?: number | undefined;
  /**
   * Partition of `fileNumber`, 0 by default. Without a file number the tape is read from the beginning of this
   * partition, unless it stands in this partition already.
   */
  readonly partition?: number | undefined;
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
  /**
   * Logical block protection: see `BlockProtection`. Default: the value given to `open`, else `off`. It does not depend
   * on how the file was written.
   */
  readonly protection?: BlockProtection | undefined;
  /** Default: the algorithm of `expectedChecksum`, else `crc32`, or `crc32c` with protection. `false`: none. */
  readonly checksum?: ChecksumAlgorithm | false | undefined;
  /** Checksum of a receipt. The stream fails at its end with VerificationError when the file has another checksum. */
  readonly expectedChecksum?: string | undefined;
  /**
   * Bytes of memory that chunks are read into, including chunks that the consumer has released but garbage collection
   * has not freed yet. Default 64 MiB, at most 64 GiB. A consumer that keeps more gets copies.
   */
  readonly bufferBytes?: number | undefined;
  /**
   * Promises that a chunk is no longer used once the destination of `pipe()` or `pipeline()` has called its write
   * callback, or `for await` has asked for the next chunk. The memory is then reused at once, without waiting for
   * garbage collection. Default: true for files (`fs.WriteStream`) and write streams of this library as destinations,
   * since they are known to do so; false for everything else, such as a Transform, which passes chunks on.
   */
  readonly reuseChunks?: boolean | undefined;
  /** Destroys the stream when aborted, at once if it still waits for its turn at the drive. */
  readonly signal?: AbortSignal | undefined;
}

const RANGES = {
  fileNumber: FILE_NUMBERS,
  partition: PARTITIONS,
  maxRecordSize: { min: 1, max: LARGEST_OFFER, unit: 'bytes' },
  bufferBytes: { min: 1, max: LARGEST_BUFFER, unit: 'bytes' },
} satisfies Record<string, NumberRange>;

/** Throws InvalidArgumentError for options that can never be valid. */
export function requireReadOptions(device: string, options: ReadStreamOptions): void {
  const details = { device, operation: 'read' };
  requireOptions(options, details);
  requireNumbers(options, RANGES, details);
  if (options.keyStore !== undefined) requireKeyStore(options.keyStore, details);
  const { checksum, expectedChecksum, onBadRecord = 'fail' } = options;
  if (onBadRecord !== 'fail' && onBadRecord !== 'skip') {
    throw new InvalidArgumentError('onBadRecord must be fail or skip', details);
  }
  requireAlgorithm(checksum, details);
  requireBlockProtection(options.protection, details);
  if (expectedChecksum === undefined) return;
  const expected = algorithmOf(expectedChecksum, details);
  if (checksum === undefined || checksum === expected) return;
  throw new InvalidArgumentError(`the expected checksum is not a valid ${checksum || 'checksum'}`, details);
}
