import { LtoError, NoMediumError } from '../errors/index.js';
import { testUnitReady } from '../scsi/commands/primary.js';
import type { DrivePort } from './drive-port.js';

const ASC_MEDIUM_NOT_PRESENT = 0x3a;

/**
 * `loaded`: the drive can use the cartridge. `present`: there is one, but it is not loaded, still loads, is a cleaning
 * cartridge, or has a format that the drive can't read. `none`: the drive is empty.
 */
export type MediumPresence = 'loaded' | 'present' | 'none';

export async function mediumPresence(port: DrivePort): Promise<MediumPresence> {
  try {
    await port.query(testUnitReady());
    return 'loaded';
  } catch (error) {
    if (!(error instanceof LtoError) || error.sense === undefined) throw error;
    return error instanceof NoMediumError && error.sense.asc === ASC_MEDIUM_NOT_PRESENT ? 'none' : 'present';
  }
}

/** Rejects with NoMediumError when the drive is empty. */
export async function requireMedium(port: DrivePort): Promise<MediumPresence> {
  const presence = await mediumPresence(port);
  if (presence !== 'none') return presence;
  throw new NoMediumError('there is no cartridge in the drive', { device: port.device, next: 'Insert one' });
}
