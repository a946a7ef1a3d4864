import { proveIdentity } from '../label/identify.js';
import { type MemoryReport, writeUseToMemory } from '../label/label-memory.js';
import type { Session } from '../session/session.js';

/** What was done before the cartridge was ejected. */
export interface FinalizeReport {
  /**
   * What was written to the cartridge memory; undefined if nothing was written since the load, or if the drive gives no
   * access to a memory.
   */
  readonly memory: MemoryReport | undefined;
}

/**
 * Empties the drive's buffer, writes application and time to the cartridge memory if anything was written, clears the
 * key, and ejects the cartridge. Rejects with LabelError for another cartridge, which stays in the drive.
 */
export async function finalizeMedia(session: Session, id: string): Promise<FinalizeReport> {
  const { drive, owner } = session;
  const { mediumEpoch } = await proveIdentity(session, id);
  session.throwIfAborted();
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
