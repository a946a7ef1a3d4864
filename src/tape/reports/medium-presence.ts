import { NoMediumError } from '../../errors/index.js';
import { testUnitReady } from '../../scsi/commands/primary.js';
import type { DrivePort } from '../port/drive-port.js';

const ASC_MEDIUM_NOT_PRESENT = 0x3a;
/** ASCQ of 2/30/03, CLEANING CARTRIDGE INSTALLED. */
const CLEANING_CARTRIDGE = 0x03;

/**
 * `loaded`: the drive can use the cartridge. `cleaning`: it is a cleaning cartridge. `present`: there is a cartridge,
 * but it is not loaded, still loading, or of a format that the drive cannot read. `none`: the drive is empty.
 */
export type MediumPresence = 'loaded' | 'cleaning' | 'present' | 'none';

export async function mediumPresence(port: DrivePort): Promise<MediumPresence> {
  const { error } = await port.execute(testUnitReady());
  if (error === undefined) return 'loaded';
  if (error.sense === undefined) throw error;
  const { key, asc, ascq } = error.sense;
  if (error instanceof NoMediumError && asc === ASC_MEDIUM_NOT_PRESENT) return 'none';
  return key === 2 && asc === 0x30 && ascq === CLEANING_CARTRIDGE ? 'cleaning' : 'present';
}

/** Rejects with NoMediumError if the drive is empty. */
export async function requireMedium(port: DrivePort): Promise<MediumPresence> {
  const presence = await mediumPresence(port);
  if (presence !== 'none') return presence;
  throw new NoMediumError('there is no cartridge in the drive', { device: port.device, next: 'Insert one' });
}
