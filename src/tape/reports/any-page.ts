import { type NumberRange, requireNumbers } from '../../arguments/number.js';
import { CALL_OPTIONS, type CallOptions, requireOptions } from '../../arguments/options.js';
import { readLogPage } from '../../device/log-pages.js';
import { readModePage } from '../../device/mode-pages.js';
import { decodeSupportedLogPages, type LogPage, type LogPageCode, logSense } from '../../scsi/log/page.js';
import { TAPE_ALERT } from '../../scsi/log/tape-alert.js';
import type { ModePage } from '../../scsi/mode/parameter-list.js';
import type { DrivePort } from '../port/drive-port.js';
import { keepingAlerts } from './tape-alerts.js';

// Pages by number, for pages without a method of their own.

const LIST_WITH_SUBPAGES = 0xff;
/** Subpage FFh requests all subpages at once and is excluded. */
const SUBPAGES: NumberRange = { min: 0, max: 0xfe, unit: 'subpages' };
/** Page 0 lists the supported pages; see `readLogPageCodes`. */
const LOG_PAGES = { page: { min: 1, max: 0x3f, unit: 'log pages' }, subpage: SUBPAGES };
/** 3Fh requests all pages at once and is excluded. */
const MODE_PAGES = { page: { min: 0, max: 0x3e, unit: 'mode pages' }, subpage: SUBPAGES };

/** Reads log page 00/FF, or 00 if the drive has no subpages. */
export async function readLogPageCodes(
  port: DrivePort,
  options?: CallOptions,
): Promise<readonly LogPageCode[] | undefined> {
  requireOptions(options, { device: port.device, operation: 'LOG SENSE' }, CALL_OPTIONS);
  for (const subpage of [LIST_WITH_SUBPAGES, 0]) {
    const codes = await port.told(logSense(0, subpage), decodeSupportedLogPages, options);
    if (codes) return codes.filter(({ page, subpage: own }) => page > 0 && own <= SUBPAGES.max);
  }
  return undefined;
}

/** LOG SENSE, cumulative values. The flags of page 2Eh, which reading clears, stay known to `alerts()`. */
export async function readAnyLogPage(
  port: DrivePort,
  page: number,
  subpage: number,
  options?: CallOptions,
): Promise<LogPage | undefined> {
  const details = { device: port.device, operation: 'LOG SENSE' };
  requireNumbers({ page, subpage }, LOG_PAGES, details);
  requireOptions(options, details, CALL_OPTIONS);
  const read = () => readLogPage(port, { page, subpage }, options);
  return page === TAPE_ALERT.page && subpage === TAPE_ALERT.subpage ? keepingAlerts(port, read) : read();
}

/** MODE SENSE(10), current values. */
export async function readAnyModePage(
  port: DrivePort,
  page: number,
  subpage: number,
  options?: CallOptions,
): Promise<ModePage | undefined> {
  const details = { device: port.device, operation: 'MODE SENSE(10)' };
  requireNumbers({ page, subpage }, MODE_PAGES, details);
  requireOptions(options, details, CALL_OPTIONS);
  return readModePage(port, page, subpage, options);
}
