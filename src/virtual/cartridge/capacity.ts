/** Room for filemarks after the last record that fits, so that a full tape can still be ended properly. */
const FILEMARK_RESERVE_BYTES = 0x10000;

const EARLY_WARNING_BYTES = 64 * 1024 * 1024;

/**
 * Where a partition ends, in bytes of the image. `earlyWarning`: beginning of the early-warning zone, by default 1 % of
 * the capacity or 64 MiB before `records`, whichever is smaller. `records`: end for records. `end`: end for filemarks.
 */
export interface Limits {
  readonly earlyWarning: number;
  readonly records: number;
  readonly end: number;
}

/** `records`: bytes of the partition. */
export function limitsOf(records: number, earlyWarningBytes?: number): Limits {
  const zone = earlyWarningBytes ?? Math.min(Math.floor(records / 100), EARLY_WARNING_BYTES);
  return { earlyWarning: Math.max(0, records - zone), records, end: records + FILEMARK_RESERVE_BYTES };
}
