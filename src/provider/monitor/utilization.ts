import { type Capacity, partitionCapacity } from '../../tape/reports/capacity.js';
import type { TapeDrive } from '../../tape/tape-drive.js';

/**
 * How full the partition is that the provider writes to. Free space in other partitions is not counted, since the
 * provider does not use it. Values are undefined if the drive does not report them.
 */
export interface Utilization {
  /** Bytes without compression. */
  readonly totalBytes: number | undefined;
  readonly usedBytes: number | undefined;
  readonly remainingBytes: number | undefined;
  /** 0 to 1. */
  readonly fraction: number | undefined;
  /** Capacity of all partitions and in total, each value with its source. */
  readonly capacity: Capacity;
}

/** Archives and labels go to this one. */
const PARTITION = 0;

/** Asks the drive. Rejects with NoMediumError when it is empty. */
export async function readUtilization(drive: TapeDrive): Promise<Utilization> {
  const capacity = await drive.capacity();
  const { maximum, native, used, remaining } = partitionCapacity(capacity, PARTITION);
  const totalBytes = maximum?.bytes ?? native?.bytes;
  const usedBytes = used?.bytes;
  const fraction = totalBytes && usedBytes !== undefined ? Math.min(1, usedBytes / totalBytes) : undefined;
  return { totalBytes, usedBytes, remainingBytes: remaining?.bytes, fraction, capacity };
}
