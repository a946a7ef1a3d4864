import { readLogValues } from '../../../device/log-pages.js';
import {
  DATA_COMPRESSION_LOG,
  READ_ERROR_COUNTERS,
  SEQUENTIAL_ACCESS_LOG,
  TAPE_COMPRESSION,
  TAPE_USAGE,
  TEMPERATURES,
  WRITE_ERROR_COUNTERS,
} from '../../../scsi/log/counters.js';
import { DEVICE_STATUS } from '../../../scsi/log/device-status.js';
import { DEVICE_STATISTICS, VOLUME_STATISTICS } from '../../../scsi/log/statistics.js';
import type { LogValues } from '../../../scsi/log/values.js';
import type { MamValues, MediumType } from '../../../scsi/mam/values.js';
import type { DrivePort } from '../../port/drive-port.js';
import { readCartridgeMemory } from '../cartridge-memory.js';
import { type MediumPresence, mediumPresence } from '../medium-presence.js';
import { readTapeAlerts, type TapeAlerts } from '../tape-alerts.js';

/** Errors of one direction since the drive last cleared its counters, usually at the load (log pages 02 and 03). */
export interface TransferErrors {
  readonly bytes: number | undefined;
  readonly corrected: number | undefined;
  /** Rewrites or rereads. */
  readonly retries: number | undefined;
  readonly uncorrected: number | undefined;
  /** Undefined until a gigabyte (10^9 bytes) has been transferred. */
  readonly correctedPerGigabyte: number | undefined;
  readonly retriesPerGigabyte: number | undefined;
}

/** The life of the cartridge. Amounts are bytes, as written to or read from the tape. */
export interface CartridgeWear {
  readonly kind: MediumType | undefined;
  readonly loads: number | undefined;
  readonly bytesWritten: number | undefined;
  readonly bytesRead: number | undefined;
  readonly writeRetries: number | undefined;
  readonly readRetries: number | undefined;
  readonly unrecoveredWriteErrors: number | undefined;
  readonly unrecoveredReadErrors: number | undefined;
  readonly lastMountUnrecoveredErrors: number | undefined;
  readonly temperatureExceeded: boolean | undefined;
  /** Remaining life of the cartridge as the drive estimates it, 0 to 100. */
  readonly lifeRemainingPercent: number | undefined;
  /** Cleaning cycles left, of a cleaning cartridge. */
  readonly cleaningsLeft: number | undefined;
}

export interface CompressionState {
  readonly enabled: boolean | undefined;
  /** Bytes from the host for each byte on tape. */
  readonly writeRatio: number | undefined;
  readonly readRatio: number | undefined;
}

export interface CleaningState {
  /** The drive can do nothing before it is cleaned. */
  readonly required: boolean | undefined;
  readonly requested: boolean | undefined;
  readonly motionHoursSinceCleaning: number | undefined;
}

/** The facts behind the verdict. Values of pages that the drive does not have are undefined. */
export interface HealthFacts {
  readonly alerts: TapeAlerts | undefined;
  /** Log page 14: the life of the drive. */
  readonly drive: LogValues<typeof DEVICE_STATISTICS> | undefined;
  /** Degrees Celsius. */
  readonly temperature: number | undefined;
  readonly cleaning: CleaningState;
  readonly writing: TransferErrors;
  readonly reading: TransferErrors;
  readonly compression: CompressionState;
  /** Undefined while the drive is empty. */
  readonly cartridge: CartridgeWear | undefined;
}

const MB = 1e6;
const GB = 1e9;
const RATIO_UNITS = 100;

/** Reads all pages about health. Works without a cartridge; the tape is not moved. */
export async function readHealthFacts(port: DrivePort): Promise<HealthFacts> {
  const presence = await mediumPresence(port);
  const cartridge = presence === 'none' ? undefined : await readWear(port, presence);
  const drive = await readLogValues(port, DEVICE_STATISTICS);
  return {
    alerts: await readTapeAlerts(port),
    drive,
    temperature: (await readLogValues(port, TEMPERATURES))?.current,
    cleaning: await readCleaning(port, drive?.motionHoursSinceCleaning),
    writing: transferErrors(await readLogValues(port, WRITE_ERROR_COUNTERS)),
    reading: transferErrors(await readLogValues(port, READ_ERROR_COUNTERS)),
    compression: await readCompression(port),
    cartridge,
  };
}

async function readCleaning(port: DrivePort, hours: number | undefined): Promise<CleaningState> {
  const status = (await readLogValues(port, DEVICE_STATUS))?.status;
  const sequential = await readLogValues(port, SEQUENTIAL_ACCESS_LOG);
  return {
    required: status?.cleaningRequired,
    requested: status?.cleaningRequested || sequential?.cleaningRequired,
    motionHoursSinceCleaning: hours,
  };
}

function transferErrors(
  values: LogValues<typeof WRITE_ERROR_COUNTERS> | LogValues<typeof READ_ERROR_COUNTERS> = {},
): TransferErrors {
  const { bytesProcessed: bytes, corrected, retries, uncorrected } = values;
  const perGigabyte = (count: number | undefined) => {
    return count === undefined || bytes === undefined || bytes < GB ? undefined : count / (bytes / GB);
  };
  return {
    bytes,
    corrected,
    retries,
    uncorrected,
    correctedPerGigabyte: perGigabyte(corrected),
    retriesPerGigabyte: perGigabyte(retries),
  };
}

async function readCompression(port: DrivePort): Promise<CompressionState> {
  const values = (await readLogValues(port, DATA_COMPRESSION_LOG)) ?? (await readLogValues(port, TAPE_COMPRESSION));
  return {
    enabled: values?.enabled,
    writeRatio: ratio(values?.writeRatio),
    readRatio: ratio(values?.readRatio),
  };
}

/** A ratio of 0 means that nothing has been transferred yet. */
function ratio(hundredths: number | undefined): number | undefined {
  return hundredths ? hundredths / RATIO_UNITS : undefined;
}

async function readWear(port: DrivePort, presence: MediumPresence): Promise<CartridgeWear> {
  const memory = (await readCartridgeMemory(port))?.values ?? {};
  const statistics = await readLogValues(port, VOLUME_STATISTICS);
  const volume = statistics?.pageValid ? statistics : undefined;
  // LTO-5 and older have on page 30 what page 17 has.
  const usage = volume ?? (await readLogValues(port, TAPE_USAGE));
  const loads = memory.loadCount ?? usage?.mounts;
  return {
    kind: presence === 'cleaning' ? 'cleaning' : memory.mediumType,
    loads,
    bytesWritten: bytesOf(memory.lifetimeWritten, volume?.lifetimeMegabytesWritten),
    bytesRead: bytesOf(memory.lifetimeRead, volume?.lifetimeMegabytesRead),
    writeRetries: usage?.writeRetries,
    readRetries: usage?.readRetries,
    unrecoveredWriteErrors: usage?.unrecoveredWriteErrors,
    unrecoveredReadErrors: usage?.unrecoveredReadErrors,
    lastMountUnrecoveredErrors: sum(volume?.lastMountUnrecoveredWriteErrors, volume?.lastMountUnrecoveredReadErrors),
    temperatureExceeded: volume?.temperatureExceeded,
    // mhvtl has zeros in both.
    lifeRemainingPercent: volume?.applicationDesignCapacity === 0 ? undefined : volume?.lifetimeRemaining,
    cleaningsLeft: cleaningsLeft(memory, loads),
  };
}

function bytesOf(memory: number | undefined, megabytes: number | undefined): number | undefined {
  return memory ?? (megabytes === undefined ? undefined : megabytes * MB);
}

function sum(...counts: readonly (number | undefined)[]): number | undefined {
  const told = counts.filter((count) => count !== undefined);
  return told.length === 0 ? undefined : told.reduce((total, count) => total + count, 0);
}

function cleaningsLeft({ mediumType, mediumTypeInformation }: MamValues, loads: number | undefined) {
  if (mediumType !== 'cleaning' || !mediumTypeInformation || loads === undefined) return undefined;
  return Math.max(0, mediumTypeInformation - loads);
}
