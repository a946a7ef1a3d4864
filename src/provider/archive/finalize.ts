import type { NameTable, OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireOptions } from '../../arguments/options.js';
import { unlessAborted } from '../../arguments/signal.js';
import { proveIdentity, readKnownLabel } from '../label/identify.js';
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

export interface EjectOptions {
  /** Also eject a cartridge without a label, or with another program's data, which rejects with LabelError by default. */
  readonly any?: boolean | undefined;
}

const EJECT_OPTIONS: OptionNames<EjectOptions & CallOptions> = { ...CALL_OPTIONS, any: true };

/**
 * Empties the drive's buffer, writes application and time to the cartridge memory if anything was written, clears the
 * key, and ejects the cartridge, which a library then takes to its slot. Rejects with LabelError for another cartridge,
 * which stays in the drive.
 */
export function finalizeMedia(
  connection: Connection,
  preparations: Preparations,
  id: string,
  options: CallOptions,
): Promise<FinalizeReport> {
  return takeOut(connection, preparations, { job: 'finalizing', id, options, names: CALL_OPTIONS }, async (session) => {
    requireText(id);
    await proveIdentity(session, id);
  });
}

/** As `finalizeMedia`, for whichever cartridge is in the drive: one with a label, or with `any` each. */
export function ejectMedia(
  connection: Connection,
  preparations: Preparations,
  options: EjectOptions & CallOptions,
): Promise<FinalizeReport> {
  return takeOut(connection, preparations, { job: 'ejecting', options, names: EJECT_OPTIONS }, async (session) => {
    if (!options.any) await readKnownLabel(session);
  });
}

interface TakingOut {
  readonly job: string;
  readonly id?: string;
  readonly options: CallOptions;
  readonly names: NameTable;
}

async function takeOut(
  connection: Connection,
  preparations: Preparations,
  { job, id, options, names }: TakingOut,
  prove: (session: Session) => Promise<void>,
): Promise<FinalizeReport> {
  requireOptions(options, connection.details(job), names);
  const { session, leave } = await connection.enter(job, options.signal, id);
  const putBack = connection.bringsCartridges;
  let report: FinalizeReport;
  try {
    await prove(session);
    preparations.forget(session);
    report = await finalize(session);
    if (!putBack) await eject(session);
  } catch (error) {
    await leave();
    throw error;
  }
  const left = leave({ putBack });
  // Others who wait for the cartridge in the library have it first, which may take long: it is ejected when it is put back.
  await (putBack ? unlessAborted(left, options.signal) : left);
  return report;
}

async function finalize(session: Session): Promise<FinalizeReport> {
  const { drive, owner } = session;
  const { mediumEpoch } = drive;
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
