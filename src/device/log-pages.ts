import type { CallOptions } from '../arguments/options.js';
import { decodeLogPage, type LogPage, type LogPageCode, logSense } from '../scsi/log/page.js';
import { decodeLogValues, type LogTable, type LogValues } from '../scsi/log/values.js';
import type { ScsiDevice } from './scsi-device.js';

/** Reads a log page; undefined if the device does not have it. Rejects with MalformedResponseError. */
export async function readLogPage(
  device: ScsiDevice,
  code: LogPageCode,
  options?: CallOptions,
): Promise<LogPage | undefined> {
  const data = await device.dataIfSupported(logSense(code.page, code.subpage), options);
  return data && decodeLogPage(data);
}

/**
 * Reads a log page and decodes its values by a table; undefined if the device does not have the page or it is
 * malformed.
 */
export async function readLogValues<T extends LogTable>(
  device: ScsiDevice,
  table: T,
): Promise<LogValues<T> | undefined> {
  return device.told(logSense(table.page, table.subpage), (data) => decodeLogValues(table, decodeLogPage(data)).values);
}
