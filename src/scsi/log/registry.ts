import * as counters from './counters.js';
import { DEVICE_STATUS } from './device-status.js';
import { DEVICE_STATISTICS, VOLUME_STATISTICS } from './statistics.js';
import type { LogTable } from './values.js';

/** `counters.ts` exports tables and nothing else. */
const TABLES: readonly LogTable[] = [...Object.values(counters), DEVICE_STATUS, DEVICE_STATISTICS, VOLUME_STATISTICS];

/** The table of a page; undefined for a vendor-specific page or one without a table: its parameters stay raw. */
export function logTable(page: number, subpage = 0): LogTable | undefined {
  return TABLES.find((table) => table.page === page && table.subpage === subpage);
}
