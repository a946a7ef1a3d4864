import { ifWellFormed } from '../../device/well-formed.js';
import { decodeLogPage, type LogPage, type LogPageCode, logSense } from '../../scsi/log/page.js';
import { decodeLogValues, type LogTable, type LogValues } from '../../scsi/log/values.js';
import type { DrivePort } from '../port/drive-port.js';

/** A log page; undefined where the drive has none of that code. Rejects with MalformedResponseError. */
export async function readLogPage(port: DrivePort, code: LogPageCode): Promise<LogPage | undefined> {
  const data = await port.dataIfSupported(logSense(code.page, code.subpage));
  return data && decodeLogPage(data);
}

/** The values of a log page by its table; undefined where the drive does not have the page, or it can't be read. */
export async function readLogValues<T extends LogTable>(port: DrivePort, table: T): Promise<LogValues<T> | undefined> {
  const data = await port.dataIfSupported(logSense(table.page, table.subpage));
  return data && ifWellFormed(() => decodeLogValues(table, decodeLogPage(data)).values);
}
