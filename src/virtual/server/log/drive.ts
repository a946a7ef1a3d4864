import {
  type DATA_COMPRESSION_LOG,
  DEVICE_STATISTICS,
  encodeLogValues,
  READ_ERROR_COUNTERS,
  type TAPE_COMPRESSION,
  WRITE_ERROR_COUNTERS,
} from '../../../scsi/index.js';
import type { Drive } from '../../drive/drive.js';

const MB = 1e6;
/** Records are stored uncompressed. */
const NO_COMPRESSION = 100;

/** Log page 02. A file has no corrected errors, so only uncorrected ones are counted. */
export function writeErrors({ cartridge, memory }: Drive): Uint8Array {
  const bytes = cartridge?.memory.usage.bytesWrittenThisLoad ?? 0;
  return encodeLogValues(WRITE_ERROR_COUNTERS, errorCounters(bytes, memory.uncorrectedErrors.write));
}

/** Log page 03. */
export function readErrors({ cartridge, memory }: Drive): Uint8Array {
  const bytes = cartridge?.memory.usage.bytesReadThisLoad ?? 0;
  return encodeLogValues(READ_ERROR_COUNTERS, errorCounters(bytes, memory.uncorrectedErrors.read));
}

function errorCounters(bytesProcessed: number, uncorrected: number) {
  const none = { correctedWithoutDelay: 0, correctedWithDelay: 0, retries: 0, corrected: 0, correctionRuns: 0 };
  return { ...none, bytesProcessed, uncorrected };
}

/** Log page 14: hours and metres are left out, a virtual drive has no motor. */
export function deviceStatistics(drive: Drive): Uint8Array {
  const { life, identity } = drive;
  const { loads, cleanings, powerCycles, hardWriteErrors, hardReadErrors } = life;
  return encodeLogValues(DEVICE_STATISTICS, {
    loads,
    cleanings,
    powerCycles,
    hardWriteErrors,
    hardReadErrors,
    manufacturerSerialNumber: identity.serial,
    serialNumber: identity.serial,
    removalPrevented: drive.isRemovalPrevented(),
    temperatureExceeded: false,
  });
}

/** Log pages 1B and 32. */
export function compression(
  table: typeof DATA_COMPRESSION_LOG | typeof TAPE_COMPRESSION,
  { cartridge, memory }: Drive,
): Uint8Array {
  const written = split(cartridge?.memory.usage.bytesWrittenThisLoad ?? 0);
  const read = split(cartridge?.memory.usage.bytesReadThisLoad ?? 0);
  return encodeLogValues(table, {
    readRatio: NO_COMPRESSION,
    writeRatio: NO_COMPRESSION,
    megabytesToHost: read.megabytes,
    bytesToHost: read.bytes,
    megabytesFromMedium: read.megabytes,
    bytesFromMedium: read.bytes,
    megabytesFromHost: written.megabytes,
    bytesFromHost: written.bytes,
    megabytesToMedium: written.megabytes,
    bytesToMedium: written.bytes,
    enabled: memory.compression,
  });
}

function split(bytes: number): { readonly megabytes: number; readonly bytes: number } {
  return { megabytes: Math.floor(bytes / MB), bytes: bytes % MB };
}
