import { LabelError, MediumChangedError, NotBlankError } from '../../errors/index.js';
import { isSameCartridge } from '../../library/same-cartridge.js';
import { ensurePlain } from '../session/encryption.js';
import type { Session } from '../session/session.js';
import { requireWritable, wormRefusal } from '../session/write-protection.js';
import { holdsData } from './existing-data.js';
import { identify, isPositionKnown, type MediaIdentity, quoted, readMemoryIdentity } from './identify.js';
import { type LabelReport, writeLabel } from './label.js';
import { requireIdentifier } from './label-archive.js';

export interface InitializeOptions {
  /**
   * Current identity of the cartridge whose data may be lost: its barcode or label, or its medium serial number if it
   * has neither. All data on it is lost.
   */
  readonly overwrite?: string | undefined;
}

/** Called with the names of a cartridge that is proven to be the right one, just before all data on it is lost. */
export type OnEmptying = (names: readonly (string | undefined)[]) => Promise<void>;

/**
 * Labels a cartridge: writes the label as file 0, never encrypted, a filemark, and the cartridge memory, and reads each
 * back. Rejects with WriteProtectedError. Unless `overwrite` names the cartridge, also rejects with NotBlankError for a
 * tape that holds data, and with LabelError for one that has another name. A WORM cartridge that holds data is never
 * labelled.
 */
export async function initializeMedia(
  session: Session,
  id: string,
  { overwrite }: InitializeOptions,
  onEmptying: OnEmptying = async () => undefined,
): Promise<LabelReport> {
  requireIdentifier(id);
  const { drive, configuration } = session;
  const { worm } = await requireWritable(session);
  // Consumes pending unit attentions: any later one means a change.
  await drive.waitUntilReady({ timeoutMs: 0 });
  await isPositionKnown(session);
  const { mediumEpoch } = drive;
  const found = await identify(session, true);
  const name = found.identity ?? found.mediumSerial;
  if (overwrite !== undefined && (name === undefined || !isSameCartridge(overwrite, name)))
    throw otherThanNamed(session, overwrite, name);
  const hasData = await holdsData(session);
  if ((worm || configuration.worm) && (hasData || found.label !== undefined)) {
    throw wormRefusal(session, 'initialize', 'and it holds data', 'Take a blank cartridge');
  }
  if (hasData && overwrite === undefined) throw notBlank(session, name);
  if (found.identity !== undefined && !isSameCartridge(found.identity, id) && overwrite === undefined) {
    throw otherThanNamed(session, id, found.identity);
  }
  await requireSame(session, found);
  // The label must be readable without a key, even in many years.
  await ensurePlain(session);
  session.throwIfAborted();
  const { owningHost, mediaPool } = configuration;
  try {
    return await writeLabel(drive, id, {
      overwrite: true,
      member: configuration.labelName,
      protection: configuration.protection,
      mediumEpoch,
      attributes: { owningHost, mediaPool },
      onEmptying: () => onEmptying([found.label, found.barcode, overwrite, id]),
    });
  } finally {
    await session.owner.cartridgeReplaced();
  }
}

/** The last check before all data is lost: another program may have consumed the unit attention of a change. */
async function requireSame(session: Session, { barcode, mediumSerial }: MediaIdentity): Promise<void> {
  const now = await readMemoryIdentity(session);
  if (now.barcode === barcode && now.mediumSerial === mediumSerial) return;
  throw new MediumChangedError('the cartridge was changed while it was examined', {
    device: session.drive.device,
    operation: 'initialize',
    next: 'Nothing was written: identify it again',
  });
}

function otherThanNamed({ drive }: Session, named: string, name: string | undefined): LabelError {
  return new LabelError(
    `the cartridge in the drive is ${name === undefined ? 'unknown' : quoted(name)}, not ${quoted(named)}`,
    {
      device: drive.device,
      operation: 'initialize',
      next: 'Insert the right one, or name its present identity with `overwrite`',
    },
  );
}

function notBlank({ drive }: Session, name: string | undefined): NotBlankError {
  return new NotBlankError(`the tape${name === undefined ? '' : ` ${quoted(name)}`} holds data`, {
    device: drive.device,
    operation: 'initialize',
    next:
      name === undefined
        ? 'It has no name that could be given with `overwrite`: erase it first if all that is on it may be lost'
        : `Take a blank one, or give { overwrite: ${quoted(name)} } if all that is on it may be lost`,
  });
}
