import { readLogPage } from '../../device/log-pages.js';
import { ifWellFormed } from '../../device/well-formed.js';
import { type LtoErrorDetails, ProtectionError } from '../../errors/index.js';
import { decodeDiagnosticData, TAPE_DIAGNOSTIC_DATA } from '../../scsi/log/diagnostic-data.js';
import { isProtectionSense } from '../../scsi/protection/methods.js';
import type { DrivePort } from '../port/drive-port.js';
import type { BlockProtection } from './options.js';
import { sessionOf } from './session.js';
import { confirmProtection } from './use-protection.js';

/**
 * Requires that the drive is still set to the method in use, and explains transfers that failed the check. `byDefault`
 * applies to streams without an option of their own.
 */
export function guardBlocks(port: DrivePort, byDefault: BlockProtection = 'off'): void {
  sessionOf(port).byDefault = byDefault;
  port.addGuard({
    confirmWriting: (operation) => confirmProtection(port, operation),
    explain: (details) => protectionProblem(port, details),
  });
}

/**
 * The protection error that made a write fail, if any. `st` does not report the sense data; the drive keeps it in its
 * diagnostic data log page, newest first. For a failed read, the drive is asked at the record instead.
 */
async function protectionProblem(port: DrivePort, details: LtoErrorDetails): Promise<ProtectionError | undefined> {
  const { operation = '' } = details;
  const { inUse } = sessionOf(port);
  if (inUse === undefined || !operation.startsWith('write')) return undefined;
  const changed = await confirmProtection(port, operation).catch((error: unknown) => error);
  if (changed instanceof ProtectionError) return changed;
  const page = await readLogPage(port, TAPE_DIAGNOSTIC_DATA).catch(() => undefined);
  const [newest] = (page && ifWellFormed(() => decodeDiagnosticData(page))) ?? [];
  if (newest === undefined || !isProtectionSense(newest)) return undefined;
  return new ProtectionError('a record was damaged on its way to the drive, twice: it is not on tape', {
    ...details,
    next: 'Look at cable, terminator and host adapter, and at the memory of this machine; write the file again',
  });
}
