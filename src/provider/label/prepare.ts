import { LabelError, MediumChangedError, PositionMismatchError, UnterminatedFileError } from '../../errors/index.js';
import type { WriteStreamOptions } from '../../tape/stream/write/write-options.js';
import { setEncryption } from '../session/encryption.js';
import type { Session } from '../session/session.js';
import { requireWritable } from '../session/write-protection.js';
import { isPositionKnown, type ProvenCartridge, proveIdentity, readMemoryIdentity } from './identify.js';

export type PrepareOptions = Pick<WriteStreamOptions, 'closeUnterminated'>;

/** A cartridge that is ready to be written. Valid for this cartridge, this load and this end of the data only. */
export interface Preparation extends ProvenCartridge {
  /** Number of the file that the next archive becomes. */
  readonly nextFile: number;
  /** Read back from the drive; undefined if the drive does not report it. */
  readonly compression: boolean | undefined;
  /** Name of the key that the drive is proven to encrypt with; undefined if it writes plain data. */
  readonly encryptionKeyId: string | undefined;
  /** Logical object number of the end of the data; undefined if the drive does not report it. */
  readonly firstLogicalObject: number | undefined;
}

/**
 * Proves that the cartridge is `id`, sets the drive up, and moves to the end of the data. Rejects with LabelError for
 * another cartridge, WriteProtectedError, EncryptionError, EncryptionKeyError, and UnterminatedFileError when the last
 * file was cut off.
 */
export async function prepareForWrite(
  session: Session,
  id: string,
  { closeUnterminated = false }: PrepareOptions = {},
): Promise<Preparation> {
  const { drive } = session;
  await requireWritable(session);
  const proven = await proveIdentity(session, id);
  const compression = await setCompression(session);
  const encryptionKeyId = await setEncryption(session);
  const nextFile = await goToEnd(session, proven, closeUnterminated);
  session.owner.endsAt(nextFile);
  const preparation = {
    ...proven,
    nextFile,
    compression,
    encryptionKeyId,
    firstLogicalObject: await drive.logicalObject(),
  };
  await requireUnchanged(session, preparation);
  return preparation;
}

/**
 * Asks the drive whether the prepared cartridge is still loaded, otherwise rejects with MediumChangedError. Checks unit
 * attentions and, because another program may have consumed them, the driver's position and the memory.
 */
export async function requireUnchanged(session: Session, proven: ProvenCartridge): Promise<void> {
  const { barcode, mediumSerial, mediumEpoch, replacements } = proven;
  const now = await readMemoryIdentity(session);
  const positionKnown = await isPositionKnown(session);
  const same =
    positionKnown &&
    session.drive.mediumEpoch === mediumEpoch &&
    // Another label does not show in a cartridge without a memory.
    session.owner.replacements === replacements &&
    now.mediumSerial === mediumSerial &&
    now.barcode === barcode;
  if (same) return;
  throw new MediumChangedError('the cartridge may have been changed since it was prepared', {
    device: session.drive.device,
    operation: 'write',
    next: 'Nothing was written: prepare it again',
  });
}

/**
 * Goes back to the prepared end of the data when something has moved the tape. Rejects with PositionMismatchError. The
 * place alone proves nothing: another provider of the drive may have written behind it, and have come back to it by
 * reading. Looking for the end moves the tape, so it is not done where this process knows it.
 */
export async function returnToEnd({ drive, owner }: Session, { nextFile }: Preparation): Promise<void> {
  const { fileNumber, blockNumber } = await drive.status();
  if (fileNumber === nextFile && blockNumber === 0 && owner.isEnd(nextFile)) return;
  const { end, fileNumber: found } = await drive.spaceToEndOfData();
  if (end === 'filemark' && found === nextFile) return owner.endsAt(nextFile);
  const last = end === 'filemark' ? found - 1 : found;
  const what = end === 'blank' ? 'the tape is blank' : `the data ends with file ${last}`;
  throw new PositionMismatchError(`${what}, not with file ${nextFile - 1}`, {
    device: drive.device,
    operation: 'write',
    next: 'Nothing was written: prepare it again',
  });
}

/**
 * Sets compression; resolves with the resulting state. Drives that cannot compress, or do not report it, are left
 * unchanged.
 */
async function setCompression(session: Session): Promise<boolean | undefined> {
  session.throwIfAborted();
  const { drive, configuration } = session;
  const { compression: wanted } = configuration;
  const { compression, compressionCapable } = await drive.settings();
  if (!compressionCapable || compression === wanted) return compression;
  return (await drive.configure({ compression: wanted })).compression;
}

async function goToEnd(session: Session, proven: ProvenCartridge, closeUnterminated: boolean): Promise<number> {
  session.throwIfAborted();
  const { drive } = session;
  const { end, fileNumber } = await drive.spaceToEndOfData();
  if (end === 'filemark') return fileNumber;
  if (end === 'unterminated' && closeUnterminated) {
    await requireUnchanged(session, proven);
    await session.cutOff(proven.identity, fileNumber);
    await drive.writeFilemarks(1);
    const after = await drive.spaceToEndOfData();
    if (after.end === 'filemark' && after.fileNumber === fileNumber + 1) return after.fileNumber;
  }
  const details = { device: drive.device, operation: 'prepare' };
  if (end === 'blank') {
    throw new LabelError('the tape is blank, although its label was read before', {
      ...details,
      next: 'Find out what has erased it; `initializeMedia` labels it again',
    });
  }
  throw new UnterminatedFileError(`file ${fileNumber}, the last on the tape, was cut off`, {
    ...details,
    records: 0,
    bytes: 0,
    next: 'Read it if it matters, then prepare with `closeUnterminated`, which writes the filemark first',
  });
}
