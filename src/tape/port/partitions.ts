import type { NumberRange } from '../../arguments/number.js';
import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions } from '../../arguments/options.js';

/** Range of the PARTITION field of LOCATE(10). */
export const PARTITIONS: NumberRange = { min: 0, max: 0xff, unit: 'partitions' };

export interface PartitionOptions extends CallOptions {
  /** Partition number; default 0, the only partition of most cartridges. */
  readonly partition?: number | undefined;
}

export const PARTITION_OPTIONS: OptionNames<PartitionOptions> = { ...CALL_OPTIONS, partition: true };
