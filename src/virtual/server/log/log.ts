import {
  DATA_COMPRESSION_LOG,
  DEVICE_ACTIVITY,
  DEVICE_STATISTICS,
  DEVICE_STATUS,
  encodeDiagnosticData,
  encodeLogValues,
  encodeTapeAlert,
  encodeTapeAlertResponse,
  READ_ERROR_COUNTERS,
  SEQUENTIAL_ACCESS_LOG,
  TAPE_ALERT,
  TAPE_ALERT_RESPONSE,
  TAPE_CAPACITY,
  TAPE_COMPRESSION,
  TAPE_DIAGNOSTIC_DATA,
  TAPE_USAGE,
  TEMPERATURES,
  VOLUME_STATISTICS,
  WRITE_ERROR_COUNTERS,
} from '../../../scsi/index.js';
import type { Drive } from '../../drive/drive.js';
import { alertsOf } from '../../drive/drive-cleaning.js';
import { logSenseOf } from '../../unit/log-sense.js';
import { compression, deviceStatistics, readErrors, writeErrors } from './drive.js';
import { tapeCapacity, tapeUsage, volumeStatistics } from './volume.js';

const MB = 1e6;
/** A normal temperature in degrees Celsius. */
const TEMPERATURE = 35;

/** The log pages that the drive has, by code. */
const PAGES: ReadonlyMap<number, (drive: Drive) => Uint8Array> = new Map([
  [WRITE_ERROR_COUNTERS.page, writeErrors],
  [READ_ERROR_COUNTERS.page, readErrors],
  [SEQUENTIAL_ACCESS_LOG.page, sequentialAccess],
  [TEMPERATURES.page, () => encodeLogValues(TEMPERATURES, { current: TEMPERATURE })],
  [DEVICE_STATUS.page, deviceStatus],
  [TAPE_ALERT_RESPONSE.page, ({ memory, life }) => encodeTapeAlertResponse(alertsOf(memory, life))],
  [DEVICE_STATISTICS.page, deviceStatistics],
  [TAPE_DIAGNOSTIC_DATA.page, ({ memory }) => encodeDiagnosticData(memory.diagnostics)],
  [VOLUME_STATISTICS.page, volumeStatistics],
  [DATA_COMPRESSION_LOG.page, (drive) => compression(DATA_COMPRESSION_LOG, drive)],
  [TAPE_ALERT.page, tapeAlert],
  [TAPE_USAGE.page, tapeUsage],
  [TAPE_CAPACITY.page, tapeCapacity],
  [TAPE_COMPRESSION.page, (drive) => compression(TAPE_COMPRESSION, drive)],
]);

/** LOG SENSE */
export const logSense = logSenseOf(PAGES);

/** Reading clears the flags of past events. */
function tapeAlert({ memory, life }: Drive): Uint8Array {
  const bytes = encodeTapeAlert(alertsOf(memory, life));
  memory.alerts = [];
  return bytes;
}

function sequentialAccess(drive: Drive): Uint8Array {
  const usage = drive.cartridge?.memory.usage;
  const written = usage?.bytesWrittenThisLoad ?? 0;
  const read = usage?.bytesReadThisLoad ?? 0;
  const transferred = { bytesFromHost: written, bytesToMedium: written, bytesFromMedium: read, bytesToHost: read };
  const cleaningRequired = drive.life.cleaningNeed === 'required';
  return encodeLogValues(SEQUENTIAL_ACCESS_LOG, { ...transferred, ...capacities(drive), cleaningRequired });
}

function capacities(drive: Drive) {
  if (!drive.memory.loaded) return {};
  const { image, limits, position } = drive;
  return {
    nativeToEndOfData: megabytes(image.bytesBefore(image.objects)),
    nativeToEarlyWarning: megabytes(limits.earlyWarning),
    nativeEarlyWarningToEnd: megabytes(limits.records - limits.earlyWarning),
    nativeToPosition: megabytes(image.bytesBefore(position.object)),
    nativeInBuffer: 0,
  };
}

function deviceStatus(drive: Drive): Uint8Array {
  const { cartridge, memory, life } = drive;
  const present = cartridge !== undefined;
  const status = {
    preventMediumRemoval: drive.isRemovalPrevented(),
    hostInitiatedUnload: false,
    memoryAccessible: present,
    compressionEnabled: memory.compression,
    writeProtected: cartridge?.memory.medium.writeProtected ?? false,
    cleaningRequested: life.cleaningNeed === 'requested',
    cleaningRequired: life.cleaningNeed === 'required',
    initialised: true,
    inTransition: drive.isLoading(),
    roboticAccessAllowed: !memory.loaded,
    mediumPresent: present,
    mediumSeated: present,
    mediumThreaded: memory.loaded && !drive.isLoading(),
    mounted: memory.loaded && !drive.isLoading(),
    activity: DEVICE_ACTIVITY.indexOf(drive.isLoading() ? 'loading' : 'no activity'),
    vendorSpecific: false,
    diagnosticDataCreated: false,
    encryptionParametersPresent: drive.encryption.holdsKey,
    encryptionServiceRequested: false,
    recoveryRequested: false,
    interfaceChanged: false,
    tapeAlertChanged: alertsOf(memory, life).length > 0,
  };
  return encodeLogValues(DEVICE_STATUS, { status });
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / MB);
}
