import type { NameTable, OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, requireOptions } from '../../arguments/options.js';
import type { LtoErrorDetails } from '../../errors/index.js';
import type { TakenSource } from '../../streams/taken-source.js';
import { requireAlgorithm } from '../../tape/stream/file/checksum.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import type { WriteStreamOptions } from '../../tape/stream/write/write-options.js';
import { type Preparation, requireUnchanged, returnToEnd } from '../label/prepare.js';
import { keepEncryption } from '../session/encryption.js';
import type { Session } from '../session/session.js';
import { type ArchiveReceipt, archivePart } from './archive.js';

/**
 * As for any file; the configuration says `recordSize` and `protection`. An aborted `signal` ends the archive: what was
 * written is closed with a filemark and is incomplete. A call that still waits for its turn at the tape rejects at once
 * with the signal's reason.
 */
export interface WriteArchiveOptions
  extends Pick<WriteStreamOptions, 'bufferBytes' | 'checksum' | 'onProgress' | 'signal'> {
  /** The application's own words about the archive, for the catalogue. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export const WRITE_ARCHIVE_OPTIONS: OptionNames<WriteArchiveOptions> = {
  ...CALL_OPTIONS,
  bufferBytes: true,
  checksum: true,
  onProgress: true,
  tags: true,
};

/** Throws InvalidArgumentError for options that no archive is written with; `names`: those that the call takes. */
export function requireWriteOptions(options: WriteArchiveOptions, details: LtoErrorDetails, names: NameTable): void {
  requireOptions(options, details, names);
  requireAlgorithm(options.checksum, details);
}

/** An archive that is on tape, and the preparation for the next one. */
export interface Written {
  readonly receipt: ArchiveReceipt;
  readonly next: Preparation;
}

/**
 * Writes a source as the next file of a prepared cartridge. Rejects with MediumChangedError, with nothing written, for
 * any other cartridge, and as `TapeDrive.writeFile` does.
 */
export async function writeArchive(
  session: Session,
  preparation: Preparation,
  source: TakenSource,
  { bufferBytes, checksum, signal, onProgress }: WriteArchiveOptions,
  onProven?: OnProven,
): Promise<Written> {
  const options = { bufferBytes, checksum, signal, onProgress };
  const receipt = await writeNext(session, preparation, source, options, onProven);
  const part = archivePart(preparation, receipt);
  return {
    receipt: { ...part, parts: [part], totalBytes: part.bytes, totalChecksum: part.checksum },
    next: preparationBehind(preparation, receipt),
  };
}

/** Called when drive, cartridge and end of the data are proven, before anything is written there. */
export type OnProven = (preparation: Preparation) => Promise<void>;

/** Writes the next file, only to this cartridge and after its last file. */
export async function writeNext(
  session: Session,
  preparation: Preparation,
  source: AsyncIterable<Uint8Array> | Uint8Array,
  options: WriteStreamOptions,
  onProven?: OnProven,
): Promise<TapeReceipt> {
  await requireUnchanged(session, preparation);
  await returnToEnd(session, preparation);
  await keepEncryption(session);
  await onProven?.(preparation);
  const { nextFile, firstLogicalObject, mediumEpoch } = preparation;
  session.owner.beginWriting();
  const receipt = await session.drive.writeFile(source, {
    ...options,
    recordSize: session.configuration.recordSize,
    protection: session.configuration.protection,
    position: 'overwrite',
    expected: { fileNumber: nextFile, firstLogicalObject, mediumEpoch },
  });
  session.owner.endsAt(receipt.fileNumber + 1);
  return receipt;
}

/** Where the next file goes. */
export function preparationBehind(preparation: Preparation, receipt: TapeReceipt): Preparation {
  const { fileNumber, firstLogicalObject, records } = receipt;
  return {
    ...preparation,
    nextFile: fileNumber + 1,
    firstLogicalObject: firstLogicalObject === undefined ? undefined : firstLogicalObject + records + 1,
  };
}
