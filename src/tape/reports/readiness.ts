import { NoMediumError, NotReadyError, type SenseData } from '../../errors/index.js';
import { testUnitReady } from '../../scsi/commands/primary.js';
import type { DrivePort } from '../port/drive-port.js';

/** Answer to TEST UNIT READY, with the sense that says why the drive is not ready. */
export interface Readiness {
  /**
   * `not-loaded`: the cartridge is in the drive's slot but not loaded. `becoming-ready`: the drive loads, calibrates or
   * cleans.
   */
  readonly state: 'ready' | 'no-medium' | 'not-loaded' | 'becoming-ready' | 'not-ready';
  /** Progress, 0 to 1, if the drive reports it. */
  readonly progress?: number | undefined;
  readonly sense?: SenseData | undefined;
}

const ASC_NOT_READY = 0x04;
const ASCQ_BECOMING_READY = new Set([0x01, 0x04, 0x07, 0x08]);

/** Asks the drive, not the driver: `st` keeps the state from when the node was opened. */
export async function readReadiness(port: DrivePort): Promise<Readiness> {
  const { error } = await port.execute(testUnitReady());
  if (error === undefined) return { state: 'ready' };
  const { sense } = error;
  if (sense === undefined) throw error;
  if (error instanceof NoMediumError) return { state: sense.asc === ASC_NOT_READY ? 'not-loaded' : 'no-medium', sense };
  if (!(error instanceof NotReadyError)) throw error;
  const becoming = sense.asc === ASC_NOT_READY && ASCQ_BECOMING_READY.has(sense.ascq);
  return { state: becoming ? 'becoming-ready' : 'not-ready', progress: error.progress, sense };
}

/** Rejects with a typed error unless a cartridge is loaded and the driver has noticed it. */
export async function requireReady(port: DrivePort): Promise<void> {
  await port.query(testUnitReady());
  const { open, online } = await port.status();
  if (open || !online) await port.reopen();
}
