import { proveIdentity } from '../label/identify.js';
import { type MemoryReport, writeUseToMemory } from '../label/label-memory.js';
import type { ProviderConfiguration } from '../session/configuration.js';
import type { DriveOwner } from '../session/drive-owner.js';
import type { KeyOptions } from '../session/encryption.js';

/** What was done before the cartridge was put out. */
export interface FinalizeReport {
  /** What the cartridge memory took; undefined when nothing was written since the load, or the drive gives none. */
  readonly memory: MemoryReport | undefined;
}

/**
 * Empties the buffer of the drive, notes application and time in the cartridge memory when something was written, clears
 * the key, and puts the cartridge out. Rejects with LabelError for another cartridge, which stays in the drive.
 */
export async function finalizeMedia(
  owner: DriveOwner,
  configuration: ProviderConfiguration,
  id: string,
  { keys }: KeyOptions = {},
): Promise<FinalizeReport> {
  const { drive } = owner;
  const { mediumChanges } = await proveIdentity(owner, configuration.labelName, id, keys);
  const memory = owner.written ? await flush(owner, mediumChanges) : undefined;
  if (drive.encryption.asked) await drive.encryption.disable();
  await drive.eject();
  await owner.forgetCartridge();
  return { memory };
}

async function flush({ drive }: DriveOwner, mediumChanges: number): Promise<MemoryReport | undefined> {
  await drive.writeFilemarks(0);
  return writeUseToMemory(drive, mediumChanges);
}
