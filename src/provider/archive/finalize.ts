import { type CallOptions, requireOptions } from '../../arguments/options.js';
import { proveIdentity } from '../label/identify.js';
import { requireText } from '../label/label-archive.js';
import { type MemoryReport, writeUseToMemory } from '../label/label-memory.js';
import type { Preparations } from '../label/preparations.js';
import type { Connection } from '../session/connection.js';
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
 * key, and ejects the cartridge, which a library then takes to its slot. Rejects with LabelError for another cartridge,
 * which stays in the drive.
 */
export async function finalizeMedia(
  connection: Connection,
  preparations: Preparations,
  id: string,
  options: CallOptions,
): Promise<FinalizeReport> {
  const job = 'finalizing';
  requireOptions(options, connection.details(job));
  const { session, leave } = await connection.enter(job, options.signal, id);
  let putBack = false;
  try {
    requireText(id);
    preparations.forget(session);
    const report = await finalize(session, id);
    // Others who wait for the cartridge in the library have it first: it is ejected when it is put back.
    putBack = connection.bringsCartridges;
    if (!putBack) await eject(session);
    return report;
  } finally {
    await leave({ putBack });
  }
}

async function finalize(session: Session, id: string): Promise<FinalizeReport> {
  const { drive, owner } = session;
  const { mediumEpoch } = await proveIdentity(session, id);
  session.throwIfAborted();
  const memory = owner.written ? await flush(session, mediumEpoch) : undefined;
  owner.written = false;
  if (drive.encryption.asked) await drive.encryption.disable();
  return { memory };
}

async function eject({ drive, owner }: Session): Promise<void> {
  await drive.eject();
  await owner.forgetCartridge();
}

async function flush({ drive }: Session, mediumEpoch: number): Promise<MemoryReport | undefined> {
  await drive.writeFilemarks(0);
  return writeUseToMemory(drive, mediumEpoch);
}
