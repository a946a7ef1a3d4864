import type { Cartridge } from '../cartridge/cartridge.js';
import { CLEANINGS } from '../cartridge/cartridge-options.js';
import { unlessFull } from '../host/host-file.js';
import type { DriveLife, VirtualDriveIdentity } from './drive-record.js';

/** TapeAlert flags about cleaning (SSC-5). */
export const CLEANING_ALERT = { required: 20, requested: 21, expired: 22, invalid: 23 } as const;

/** The flag of a cleaning cartridge that the drive puts out at once, without having cleaned; undefined for every other. */
export function cleaningRefusal(cartridge: Cartridge, generation: number): number | undefined {
  const { medium, usage } = cartridge.memory;
  if (medium.kind !== 'cleaning') return undefined;
  if (!cartridge.readableIn(generation)) return CLEANING_ALERT.invalid;
  return usage.loads >= CLEANINGS ? CLEANING_ALERT.expired : undefined;
}

/** Counts a load in the cartridge and in the drive, which a cleaning cartridge cleans. */
export async function countLoad(cartridge: Cartridge, identity: VirtualDriveIdentity, life: DriveLife): Promise<void> {
  cartridge.countLoad(identity);
  life.loads += 1;
  if (cartridge.memory.medium.kind === 'cleaning') {
    life.cleanings += 1;
    life.cleaningNeed = undefined;
  }
  // Only counted: a full disk of the host keeps no cartridge out of a drive.
  await cartridge.save().catch(unlessFull);
}

/** The TapeAlert flags that are set: those of what happened, and the one of what lasts. */
export function alertsOf(
  memory: { readonly alerts: readonly number[] },
  { cleaningNeed }: DriveLife,
): readonly number[] {
  return cleaningNeed === undefined ? memory.alerts : [...memory.alerts, CLEANING_ALERT[cleaningNeed]];
}
