import type { Session } from '../session/session.js';
import { requireWritable, wormRefusal } from '../session/write-protection.js';
import { proveIdentity } from './identify.js';
import { requireText } from './label-archive.js';
import { restoreNames } from './label-memory.js';
import { requireUnchanged } from './prepare.js';

export interface EraseMediaOptions {
  /** Overwrite the whole tape, which takes hours; else the drive only forgets what is recorded. */
  readonly long?: boolean | undefined;
}

export interface EraseReport {
  /** Barcode or label that the cartridge memory still contains, because the drive does not delete it. */
  readonly nameLeft: string | undefined;
}

/**
 * Proves that the cartridge is `id`, erases it from its beginning, and deletes its name from the cartridge memory: it is a
 * blank cartridge then. Rejects with LabelError for another cartridge, and with WriteProtectedError, also for WORM media.
 */
export async function eraseMedia(
  session: Session,
  id: string,
  { long = false }: EraseMediaOptions,
): Promise<EraseReport> {
  requireText(id);
  const { drive, configuration } = session;
  const { worm } = await requireWritable(session);
  if (worm || configuration.worm) {
    throw wormRefusal(session, 'erase', 'which cannot be erased', 'Take another cartridge');
  }
  const { barcode, mediumSerial, mediumEpoch } = await proveIdentity(session, id);
  session.throwIfAborted();
  await drive.rewind();
  await requireUnchanged(session, { identity: id, barcode, mediumSerial, mediumEpoch });
  await drive.erase({ long });
  await restoreNames(drive);
  await session.owner.forgetCartridge();
  const left = (await drive.mam())?.values;
  return { nameLeft: left?.barcode ?? left?.userMediumLabel };
}
