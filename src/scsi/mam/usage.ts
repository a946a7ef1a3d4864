import { ByteReader } from '../wire/bytes.js';

/** Undefined if unknown to the drive. */

/** Amounts and retries in a period. Amounts are bytes, in multiples of 1 MiB. */
export interface UsageCounters {
  readonly written: number | undefined;
  readonly writeRetries: number | undefined;
  readonly read: number | undefined;
  readonly readRetries: number | undefined;
}

/** Attributes 0340h (the medium) and 0341h (one partition): SPC-5 7.4.2.2.11 and 7.4.2.2.12. */
export interface UsageHistory {
  readonly currentLoad: UsageCounters;
  readonly previousLoad: UsageCounters;
  readonly total: UsageCounters;
  readonly loadCount: number | undefined;
  readonly changePartitionCount: number | undefined;
  readonly partitionInitializeCount: number | undefined;
}

const COUNTERS = 15;
const MEBIBYTE = 2 ** 20;

/**
 * Fifteen counters of equal width: six bytes each for the medium, four for a partition. Throws MalformedResponseError
 * for any other length, and for an amount that is not a safe integer.
 */
export function decodeUsage(bytes: Uint8Array): UsageHistory {
  const reader = new ByteReader(bytes, 'usage history');
  const width = bytes.length / COUNTERS;
  if (width !== 6 && width !== 4) throw reader.malformed(`${bytes.length} bytes are neither 90 nor 60`);
  const counter = (index: number): number | undefined => reader.count(index * width, width);
  const amount = (index: number): number | undefined => {
    const mebibytes = counter(index);
    if (mebibytes === undefined || Number.isSafeInteger(mebibytes * MEBIBYTE)) return mebibytes && mebibytes * MEBIBYTE;
    throw reader.malformed(`${mebibytes} MiB is more than any tape holds`);
  };
  const counters = (first: number): UsageCounters => ({
    written: amount(first),
    writeRetries: counter(first + 1),
    read: amount(first + 2),
    readRetries: counter(first + 3),
  });
  return {
    currentLoad: counters(0),
    previousLoad: counters(4),
    total: counters(8),
    loadCount: counter(12),
    changePartitionCount: counter(13),
    partitionInitializeCount: counter(14),
  };
}
