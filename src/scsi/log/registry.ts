import {
  DATA_COMPRESSION_LOG,
  READ_ERROR_COUNTERS,
  SEQUENTIAL_ACCESS_LOG,
  TAPE_CAPACITY,
  TAPE_COMPRESSION,
  TAPE_USAGE,
  TEMPERATURES,
  WRITE_ERROR_COUNTERS,
} from './counters.js';
import { DEVICE_STATUS } from './device-status.js';
import { DEVICE_STATISTICS, VOLUME_STATISTICS } from './statistics.js';
import type { LogTable } from './values.js';

const TABLES: readonly LogTable[] = [
  WRITE_ERROR_COUNTERS,
  READ_ERROR_COUNTERS,
  SEQUENTIAL_ACCESS_LOG,
  TEMPERATURES,
  DEVICE_STATUS,
  DEVICE_STATISTICS,
  VOLUME_STATISTICS,
  DATA_COMPRESSION_LOG,
  TAPE_USAGE,
  TAPE_CAPACITY,
  TAPE_COMPRESSION,
];

/** The table of a page; undefined for one that is vendor-specific or has no table: its parameters stay raw. */
export function logTable(page: number, subpage = 0): LogTable | undefined {
  return TABLES.find((table) => table.page === page && table.subpage === subpage);
}
