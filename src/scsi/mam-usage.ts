import { ByteReader } from './bytes.js';

/** Amounts and retries of one span of time. Amounts are bytes, in steps of a mebibyte. */
export interface UsageCounters {
  readonly written: bigint;
  readonly writeRetries: number;
  readonly read: bigint;
  readonly readRetries: number;
}

/** Attributes 0340h (the medium) and 0341h (one partition): SPC-5 7.4.2.2.11 and 7.4.2.2.12. */
export interface UsageHistory {
  readonly currentLoad: UsageCounters;
  readonly previousLoad: UsageCounters;
  readonly total: UsageCounters;
  readonly loadCount: number;
  readonly changePartitionCount: number;
  readonly partitionInitializeCount: number;
}

const COUNTERS = 15;
const MEBIBYTE = 1n << 20n;

/**
 * Fifteen counters of equal width: six bytes each for the medium, four for a partition. Throws MalformedResponseError
 * for any other length.
 */
export function decodeUsage(bytes: Uint8Array): UsageHistory {
  const reader = new ByteReader(bytes, 'usage history');
  const width = bytes.length / COUNTERS;
  if (width !== 6 && width !== 4) throw reader.malformed(`${bytes.length} bytes are neither 90 nor 60`);
  const counter = (index: number) => reader.uint(index * width, width);
  const counters = (first: number): UsageCounters => ({
    written: BigInt(counter(first)) * MEBIBYTE,
    writeRetries: counter(first + 1),
    read: BigInt(counter(first + 2)) * MEBIBYTE,
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
