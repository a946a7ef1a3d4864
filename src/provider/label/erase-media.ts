import type { LtoError } from '../../errors/index.js';
import type { Session } from '../session/session.js';
import { requireWritable, wormRefusal } from '../session/write-protection.js';
import { proveIdentity } from './identify.js';
import type { OnEmptying } from './initialize.js';
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
  /** Why the catalogue still has what was on the cartridge: reconcile it. */
  readonly catalogueFailure?: LtoError;
}

/**
 * Proves that the cartridge is `id`, erases it from its beginning, and deletes its name from the cartridge memory: it is a
 * blank cartridge then. Rejects with LabelError for another cartridge, and with WriteProtectedError, also for WORM media.
 */
export async function eraseMedia(
  session: Session,
  id: string,
  { long = false }: EraseMediaOptions,
  onEmptying: OnEmptying = async () => undefined,
): Promise<EraseReport> {
  requireText(id);
  const { drive, configuration } = session;
  const { worm } = await requireWritable(session);
  if (worm || configuration.worm) {
    throw wormRefusal(session, 'erase', 'which cannot be erased', 'Take another cartridge');
  }
  const proven = await proveIdentity(session, id);
  session.throwIfAborted();
  await drive.rewind();
  // Whatever refuses comes before the catalogue forgets.
  await drive.requireOverwritable();
  await drive.rewind();
  await onEmptying([proven.identity, proven.barcode, id]);
  // The catalogue may have taken its time.
  await requireUnchanged(session, proven);
  try {
    await drive.erase({ long });
    await restoreNames(drive);
  } finally {
    await session.owner.cartridgeReplaced();
  }
  const left = (await drive.mam())?.values;
  return { nameLeft: left?.barcode ?? left?.userMediumLabel };
}
