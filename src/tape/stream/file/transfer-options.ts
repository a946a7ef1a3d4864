import { type NumberRange, requireNumbers } from '../../../arguments/number.js';
import type { NameTable, OptionNames } from '../../../arguments/option-names.js';
import { requireOptions } from '../../../arguments/options.js';
import type { LtoErrorDetails } from '../../../errors/index.js';
import { type BlockProtection, requireBlockProtection } from '../../block-protection/options.js';
import { PARTITION_OPTIONS, PARTITIONS, type PartitionOptions } from '../../port/partitions.js';
import { LARGEST_BUFFER } from '../memory/memory.js';
import { type ChecksumAlgorithm, requireAlgorithm } from './checksum.js';

/**
 * Options that reading and writing a file have in common. Each has the same name, type and meaning wherever a file is
 * read or written: streams, whole files, sessions, archives.
 */
export interface TransferOptions extends PartitionOptions {
  /**
   * Logical block protection: see `BlockProtection`. Default: the value given to `open`, else `off`. It does not depend
   * on how a file was written. Each record is four bytes longer on its way, and the path to the drive must be able to
   * carry that.
   */
  readonly protection?: BlockProtection | undefined;
  /**
   * Default: the algorithm of `expectedChecksum`, if that is given, else `crc32`, or `crc32c` with protection, which is
   * then computed from the checksums of the records. `false`: none.
   */
  readonly checksum?: ChecksumAlgorithm | false | undefined;
  /**
   * Most bytes of memory that the stream uses, at most 64 GiB.
   *
   * Writing: 32 MiB by default, chunks of `TapeDrive.allocate()` included. From 1 GiB up the drive is fed at a pace
   * between its lowest and its highest speed, so that the buffered data lasts through pauses of the source.
   *
   * Reading: 32 MiB by default, chunks included that the consumer has released but garbage collection has not freed
   * yet. What a consumer keeps beyond that comes on top.
   */
  readonly bufferBytes?: number | undefined;
}

export const TRANSFER_OPTIONS: OptionNames<TransferOptions> = {
  ...PARTITION_OPTIONS,
  protection: true,
  checksum: true,
  bufferBytes: true,
};

const RANGES = {
  partition: PARTITIONS,
  bufferBytes: { min: 1, max: LARGEST_BUFFER, unit: 'bytes' },
} satisfies Record<string, NumberRange>;

/** Throws InvalidArgumentError for options that can never be right. */
export function requireTransferOptions(options: TransferOptions, details: LtoErrorDetails, names: NameTable): void {
  requireOptions(options, details, names);
  requireNumbers(options, RANGES, details);
  requireAlgorithm(options.checksum, details);
  requireBlockProtection(options.protection, details);
}
