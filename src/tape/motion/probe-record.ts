import { EndOfDataError, MediumError, ProtectionError, type SenseData } from '../../errors/index.js';
import { isSystemError } from '../../errors/system-error.js';
import { read6 } from '../../scsi/commands/transfer.js';
import type { DrivePort } from '../port/drive-port.js';

/** Bytes asked for to learn what is the matter with a record: any number will do, as its length is not looked at. */
const PROBE_BYTES = 4096;

/** What the drive itself says of a record. */
export type Verdict = 'readable' | 'end of data' | { readonly sense: SenseData | undefined };

/**
 * Asks the drive itself for the record where the tape stands, by READ past the driver, and goes back to it. Rejects with
 * what is the matter with the drive or its keys rather than with the record.
 */
export async function probeRecord(port: DrivePort, logicalObject: number): Promise<Verdict> {
  return askForRecord(port).finally(() => goToObject(port, logicalObject));
}

async function askForRecord(port: DrivePort): Promise<Verdict> {
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

/** Whether the tape then stands there. The driver's own motion, which relies on no position from before. */
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
