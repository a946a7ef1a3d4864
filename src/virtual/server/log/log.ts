import {
  DATA_COMPRESSION_LOG,
  DEVICE_ACTIVITY,
  DEVICE_STATISTICS,
  DEVICE_STATUS,
  decodeCdb,
  decodeLogPage,
  encodeDiagnosticData,
  encodeLogPage,
  encodeLogValues,
  encodeSupportedLogPages,
  encodeTapeAlert,
  encodeTapeAlertResponse,
  LOG_PAGE_CONTROL,
  LOG_SENSE,
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
import { invalidFieldInCdb } from '../../unit/check-condition.js';
import type { Request } from '../../unit/command.js';
import { compression, deviceStatistics, readErrors, writeErrors } from './drive.js';
import { tapeCapacity, tapeUsage, volumeStatistics } from './volume.js';

const MB = 1e6;
const ALL_SUBPAGES = 0xff;
/** Degrees Celsius that no drive would complain about. */
const TEMPERATURE = 35;

/** The log pages that the drive has, by code. */
const PAGES: ReadonlyMap<number, (drive: Drive) => Uint8Array> = new Map([
  [WRITE_ERROR_COUNTERS.page, writeErrors],
  [READ_ERROR_COUNTERS.page, readErrors],
  [SEQUENTIAL_ACCESS_LOG.page, sequentialAccess],
  [TEMPERATURES.page, () => encodeLogValues(TEMPERATURES, { current: TEMPERATURE })],
  [DEVICE_STATUS.page, deviceStatus],
  [TAPE_ALERT_RESPONSE.page, ({ memory }) => encodeTapeAlertResponse(memory.alerts)],
  [DEVICE_STATISTICS.page, deviceStatistics],
  [TAPE_DIAGNOSTIC_DATA.page, ({ memory }) => encodeDiagnosticData(memory.diagnostics)],
  [VOLUME_STATISTICS.page, volumeStatistics],
  [DATA_COMPRESSION_LOG.page, (drive) => compression(DATA_COMPRESSION_LOG, drive)],
  [TAPE_ALERT.page, tapeAlert],
  [TAPE_USAGE.page, tapeUsage],
  [TAPE_CAPACITY.page, tapeCapacity],
  [TAPE_COMPRESSION.page, (drive) => compression(TAPE_COMPRESSION, drive)],
]);

/** LOG SENSE: cumulative values only. */
export function logSense(drive: Drive, { cdb }: Request): Uint8Array {
  const { page, subpage, pageControl, parameterPointer, allocationLength } = decodeCdb(LOG_SENSE, cdb);
  if (pageControl !== LOG_PAGE_CONTROL.cumulative) throw invalidFieldInCdb(2);
  return pageFrom(logPage(drive, page, subpage), page, parameterPointer).subarray(0, allocationLength);
}

function logPage(drive: Drive, page: number, subpage: number): Uint8Array {
  if (page === 0 && (subpage === 0 || subpage === ALL_SUBPAGES)) {
    const codes = [0, ...PAGES.keys()].map((code) => ({ page: code, subpage: 0 }));
    return encodeSupportedLogPages(codes, subpage === ALL_SUBPAGES);
  }
  const encode = PAGES.get(page);
  if (encode === undefined) throw invalidFieldInCdb(2);
  if (subpage !== 0) throw invalidFieldInCdb(3);
  return encode(drive);
}

/** The page without the parameters before the pointer (SPC-5 6.8). */
function pageFrom(bytes: Uint8Array, page: number, pointer: number): Uint8Array {
  if (pointer === 0 || page === 0) return bytes;
  const whole = decodeLogPage(bytes);
  const parameters = whole.parameters.filter(({ code }) => code >= pointer);
  if (parameters.length === 0) throw invalidFieldInCdb(5);
  return encodeLogPage({ ...whole, parameters });
}

/** Reading clears the flags. */
function tapeAlert({ memory }: Drive): Uint8Array {
  const bytes = encodeTapeAlert(memory.alerts);
  memory.alerts = [];
  return bytes;
}

function sequentialAccess(drive: Drive): Uint8Array {
  const usage = drive.cartridge?.memory.usage;
  const written = usage?.bytesWrittenThisLoad ?? 0;
  const read = usage?.bytesReadThisLoad ?? 0;
  const transferred = { bytesFromHost: written, bytesToMedium: written, bytesFromMedium: read, bytesToHost: read };
  return encodeLogValues(SEQUENTIAL_ACCESS_LOG, { ...transferred, ...capacities(drive), cleaningRequired: false });
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
  const { cartridge, memory } = drive;
  const present = cartridge !== undefined;
  const status = {
    preventMediumRemoval: drive.isRemovalPrevented(),
    hostInitiatedUnload: false,
    memoryAccessible: present,
    compressionEnabled: memory.compression,
    writeProtected: cartridge?.memory.medium.writeProtected ?? false,
    cleaningRequested: false,
    cleaningRequired: false,
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
    tapeAlertChanged: memory.alerts.length > 0,
  };
  return encodeLogValues(DEVICE_STATUS, { status });
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / MB);
}
