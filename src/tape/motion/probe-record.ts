import { EndOfDataError, MediumError, ProtectionError, type SenseData } from '../../errors/index.js';
import { isSystemError } from '../../errors/system-error.js';
import { read6 } from '../../scsi/commands/transfer.js';
import type { DrivePort } from '../port/drive-port.js';

/** Bytes requested when probing a record: any number works, because the record's length does not matter. */
const PROBE_BYTES = 4096;

/** What the drive itself reports about a record. */
export type Verdict = 'readable' | 'end of data' | { readonly sense: SenseData | undefined };

/**
 * Reads the record at the current position with READ, bypassing the driver, and returns to it. Rejects if the drive or
 * its keys are at fault rather than the record.
 */
export async function probeRecord(port: DrivePort, logicalObject: number): Promise<Verdict> {
  return askForRecord(port).finally(() => goToObject(port, logicalObject));
}

/** As `probeRecord`, for a place that is left anyway: a readable record is passed. */
export async function askForRecord(port: DrivePort): Promise<Verdict> {
  try {
    await port.query(read6({ length: PROBE_BYTES }), { mediumEpoch: port.mediumEpoch });
    return 'readable';
  } catch (error) {
    if (error instanceof EndOfDataError) return 'end of data';
    const isTold = error instanceof MediumError || error instanceof ProtectionError;
    if (isTold || isSystemError(error)) return { sense: isTold ? error.sense : undefined };
    throw error;
  }
}

/**
 * Goes to a logical object by the driver's own motion, which does not depend on the previous position; resolves with
 * whether the tape stands there.
 */
export async function goToObject(port: DrivePort, logicalObject: number): Promise<boolean> {
  port.requirePosition('read');
  if (await standsAt(port, logicalObject)) return true;
  await port.mt('MTSEEK', logicalObject).catch((error: unknown) => {
    if (!(error instanceof MediumError)) throw error;
  });
  return standsAt(port, logicalObject);
}

export async function standsAt(port: DrivePort, logicalObject: number): Promise<boolean> {
  return (await port.transport.tell().catch(() => undefined)) === logicalObject;
}
