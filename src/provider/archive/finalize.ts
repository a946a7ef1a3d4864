import { proveIdentity } from '../label/identify.js';
import { type MemoryReport, writeUseToMemory } from '../label/label-memory.js';
import type { Session } from '../session/session.js';

/** What was done before the cartridge was put out. */
export interface FinalizeReport {
  /** What the cartridge memory took; undefined when nothing was written since the load, or the drive gives none. */
  readonly memory: MemoryReport | undefined;
}

/**
 * Empties the buffer of the drive, notes application and time in the cartridge memory when something was written, clears
 * the key, and puts the cartridge out. Rejects with LabelError for another cartridge, which stays in the drive.
 */
export async function finalizeMedia(session: Session, id: string): Promise<FinalizeReport> {
  const { drive, owner } = session;
  const { mediumEpoch } = await proveIdentity(session, id);
  const memory = owner.written ? await flush(session, mediumEpoch) : undefined;
  if (drive.encryption.asked) await drive.encryption.disable();
  await drive.eject();
  await owner.forgetCartridge();
  return { memory };
}

async function flush({ drive }: Session, mediumEpoch: number): Promise<MemoryReport | undefined> {
  await drive.writeFilemarks(0);
  return writeUseToMemory(drive, mediumEpoch);
}
