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
  /** File to go to first; by default the tape is read from where it stands. */
  readonly fileNumber?: number | undefined;
  /**
   * Of `fileNumber`: 0 by default. Without a file number the tape is read from the beginning of this partition, unless it
   * stands somewhere in it.
   */
  readonly partition?: number | undefined;
  /**
   * What becomes of a record that the drive can't read. `fail`, the default: the stream fails with a MediumError that
   * names it. `skip`: it is left out, listed in `skipped`, and reading goes on behind it, which rescues what is left of a
   * damaged file. That takes a drive that tells its position.
   */
  readonly onBadRecord?: OnBadRecord | undefined;
  /** Where the key of a file that is encrypted is looked up, by the name that stands on tape. */
  readonly keyStore?: KeyStore | undefined;
  /** Largest record that is accepted, in bytes. Default: what the drive allows. */
  readonly maxRecordSize?: number | undefined;
  /**
   * Logical block protection: see `BlockProtection`. Default: what the drive was opened with, else `off`. It has nothing to
   * do with how the file was written.
   */
  readonly protection?: BlockProtection | undefined;
  /** Default that of `expectedChecksum`, else `crc32`, or `crc32c` where protection is asked for. */
  readonly checksum?: ChecksumAlgorithm | false | undefined;
  /** Checksum of a receipt: the stream fails at its end with VerificationError when the file has another one. */
  readonly expectedChecksum?: string | undefined;
  /**
   * Bytes of memory that chunks are read into, those included that the consumer has let go of and garbage collection
   * has not found yet. Default 64 MiB, at most 64 GiB. A consumer that keeps more gets copies.
   */
  readonly bufferBytes?: number | undefined;
  /**
   * Promises that nobody looks at a chunk any more once the destination of `pipe()` or `pipeline()` has called its write
   * back, or `for await` has asked for the next one: the memory is read into again at once, without waiting for garbage
   * collection. Known, and so true by itself, of files (`fs.WriteStream`) and of write streams of this library as
   * destinations; false for everything else, such as a Transform, which passes chunks on.
   */
  readonly reuseChunks?: boolean | undefined;
  /** Destroys the stream when aborted, at once while it waits for its turn at the drive. */
  readonly signal?: AbortSignal | undefined;
}

const RANGES = {
  fileNumber: FILE_NUMBERS,
  partition: PARTITIONS,
  maxRecordSize: { min: 1, max: LARGEST_OFFER, unit: 'bytes' },
  bufferBytes: { min: 1, max: LARGEST_BUFFER, unit: 'bytes' },
} satisfies Record<string, NumberRange>;

/** Throws InvalidArgumentError for options that can never be right. */
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
