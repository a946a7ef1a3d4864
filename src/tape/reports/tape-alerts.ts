import { readLogPage } from '../../device/log-pages.js';
import { NoMediumError } from '../../errors/index.js';
import type { LogPage } from '../../scsi/log/page.js';
import {
  decodeTapeAlert,
  decodeTapeAlertResponse,
  TAPE_ALERT,
  TAPE_ALERT_FLAGS,
  TAPE_ALERT_RESPONSE,
  type TapeAlertFlag,
} from '../../scsi/log/tape-alert.js';
import type { DrivePort } from '../port/drive-port.js';
import { readCartridgeMemory } from './cartridge-memory.js';
import { readDriveName } from './identity.js';

/** The TapeAlert flags that are set, in ascending order. */
export interface TapeAlerts {
  readonly flags: readonly TapeAlertFlag[];
  /**
   * `log page 12`: the current flags. `log page 2E`: all flags that this process has seen with this cartridge in this
   * drive, because reading that page clears them.
   */
  readonly source: 'log page 12' | 'log page 2E';
}

/** Flags read from page 2E, by drive and cartridge. */
const seen = new Map<string, Set<number>>();

/**
 * Reads page 12 (LTO-5 and later), otherwise page 2E; undefined if the drive has neither. With `forget`, the flags
 * collected from page 2E are dropped after this call.
 */
export async function readTapeAlerts(
  port: DrivePort,
  { forget = false }: { readonly forget?: boolean } = {},
): Promise<TapeAlerts | undefined> {
  const response = await readLogPage(port, TAPE_ALERT_RESPONSE);
  if (response !== undefined) return { flags: decodeTapeAlertResponse(response), source: 'log page 12' };
  const place = await placeOf(port);
  const page = await keepingAlerts(port, () => readLogPage(port, TAPE_ALERT), place);
  if (page === undefined) return undefined;
  const numbers = seen.get(place);
  if (forget) seen.delete(place);
  return { flags: TAPE_ALERT_FLAGS.filter(({ flag }) => numbers?.has(flag)), source: 'log page 2E' };
}

/**
 * Reads page 2E and keeps its flags for `readTapeAlerts`. Drive and cartridge are identified first: reading clears the
 * flags, and they must not get lost.
 */
export async function keepingAlerts(
  port: DrivePort,
  read: () => Promise<LogPage | undefined>,
  place?: string,
): Promise<LogPage | undefined> {
  const key = place ?? (await placeOf(port));
  const page = await read();
  if (page === undefined) return undefined;
  const numbers = seen.get(key) ?? new Set<number>();
  for (const { flag } of decodeTapeAlert(page)) numbers.add(flag);
  seen.set(key, numbers);
  return page;
}

/** Vendor, product and serial number of each open drive, which cannot change while the node is open. */
const names = new WeakMap<DrivePort, readonly string[]>();

/** Key of drive and cartridge by serial numbers; the device name for a drive without one. */
async function placeOf(port: DrivePort): Promise<string> {
  const name = names.get(port) ?? (await readDriveName(port));
  names.set(port, name);
  return JSON.stringify([...name, await cartridgeSerial(port)]);
}

async function cartridgeSerial(port: DrivePort): Promise<string | undefined> {
  try {
    return (await readCartridgeMemory(port))?.values.serialNumber;
  } catch (error) {
    if (error instanceof NoMediumError) return undefined;
    throw error;
  }
}
