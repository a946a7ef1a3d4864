import type { DiagnosticEntry, SenseFields } from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import { alertOf } from './log/tape-alerts.js';

const MEDIUM_ERROR = 3;
const HARDWARE_ERROR = 4;
const UNRECOVERED_READ_ERROR = 0x11;
const WRITE_ERRORS: ReadonlySet<number> = new Set([0x03, 0x0c]);
/** Entries that log page 16 keeps. */
const REMEMBERED = 8;

/** Records a CHECK CONDITION in the drive: TapeAlert flag, error counts, diagnostic data entry. */
export function noteCondition(drive: Drive, sense: SenseFields, cdb: Uint8Array): void {
  const alert = alertOf(sense);
  if (alert !== undefined) drive.raiseAlert(alert);
  if (sense.key !== MEDIUM_ERROR && sense.key !== HARDWARE_ERROR) return;
  countError(drive, sense.asc ?? 0);
  drive.memory.diagnostics = [diagnosticEntry(drive, sense, cdb), ...drive.memory.diagnostics].slice(0, REMEMBERED);
}

function countError({ memory, life, cartridge }: Drive, asc: number): void {
  const usage = cartridge?.memory.usage;
  if (WRITE_ERRORS.has(asc)) {
    memory.uncorrectedErrors.write += 1;
    life.hardWriteErrors += 1;
    if (usage) usage.unrecoveredWriteErrors += 1;
  }
  if (asc === UNRECOVERED_READ_ERROR) {
    memory.uncorrectedErrors.read += 1;
    life.hardReadErrors += 1;
    if (usage) usage.unrecoveredReadErrors += 1;
  }
}

function diagnosticEntry(drive: Drive, { key, asc = 0, ascq = 0 }: SenseFields, cdb: Uint8Array): DiagnosticEntry {
  const { origin, milliseconds } = drive.clock.read();
  const [operationCode = 0] = cdb;
  return {
    densityCode: drive.densityCode(),
    mediumType: drive.mediumType(),
    motionHours: 0,
    repeated: false,
    senseKey: key,
    asc,
    ascq,
    vendorCodeQualifier: 0,
    productRevision: Number(drive.identity.revision),
    hoursSinceCleaning: 0,
    operationCode,
    serviceAction: 0,
    mediumId: drive.cartridge?.memory.medium.serial ?? '',
    timestampOrigin: origin,
    timestamp: milliseconds,
  };
}
