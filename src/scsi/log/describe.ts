import { TAPE_DIAGNOSTIC_DATA } from './diagnostic-data.js';
import { entry } from './entry.js';
import { FLAG } from './kinds.js';
import type { LogPage, LogPageCode } from './page.js';
import { logTable } from './registry.js';
import { TAPE_ALERT, TAPE_ALERT_FLAGS, TAPE_ALERT_RESPONSE } from './tape-alert.js';
import type { LogTableEntry, LogUnit } from './values.js';

/** One parameter of a log page, described by its table. */
export interface DescribedParameter {
  readonly code: number;
  /** Absent for a parameter without a table row. */
  readonly name?: string;
  /** Absent if the drive marks it as unknown, or the bytes do not have the form of the table. */
  readonly value?: unknown;
  readonly unit?: LogUnit;
  readonly bytes: Uint8Array;
}

const ALERTS: readonly LogTableEntry[] = TAPE_ALERT_FLAGS.map(({ flag, name }) =>
  entry(flag, `flag${flag}`, name, FLAG, 1),
);

/** Every parameter of a page, in the drive's order, with names, values and units if the page has a table. */
export function describeLogPage(page: LogPage): DescribedParameter[] {
  const entries = page.page === TAPE_ALERT.page ? ALERTS : (logTable(page.page, page.subpage)?.entries ?? []);
  return page.parameters.map(({ code, value: bytes }) => {
    const row = entries.find((each) => each.code === code);
    const value = row?.kind.decode(bytes);
    const unit = row?.unit;
    return {
      code,
      ...(row && { name: row.name }),
      ...(value !== undefined && { value }),
      ...(unit && { unit }),
      bytes,
    };
  });
}

/** Pages that are not tables of counters. */
const OTHER_PAGES = [
  { page: 0x00, subpage: 0x00, name: 'Supported log pages' },
  { page: 0x00, subpage: 0xff, name: 'Supported log pages and subpages' },
  TAPE_ALERT_RESPONSE,
  TAPE_DIAGNOSTIC_DATA,
  TAPE_ALERT,
];

/** The standard's name of a page; undefined for a page without a table. */
export function logPageName({ page, subpage }: LogPageCode): string | undefined {
  const other = OTHER_PAGES.find((each) => each.page === page && each.subpage === subpage);
  return (other ?? logTable(page, subpage))?.name;
}
