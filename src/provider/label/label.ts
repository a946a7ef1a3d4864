import {
  EncryptionKeyError,
  EndOfDataError,
  LabelError,
  type LtoError,
  NotBlankError,
  PositionLostError,
  UnterminatedFileError,
  VerificationError,
} from '../../errors/index.js';
import type { KeyStore } from '../../keys/key-store.js';
import { isSameCartridge } from '../../library/same-cartridge.js';
import type { BlockProtection } from '../../tape/block-protection/options.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import type { ExpectedStart } from '../../tape/stream/file/start-file.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import type { Label } from '../session/cartridge-label.js';
import { suffixContradiction } from './barcode.js';
import { decodeLabel, encodeLabel, type LabelContent, requireIdentifier } from './label-archive.js';
import {
  type LabelAttributes,
  type MemoryReport,
  readNames,
  restoreNames,
  writeLabelToMemory,
} from './label-memory.js';

/** A label is a few KiB; this much of file 0 is read before it is said to be something else. */
const LARGEST_LABEL = 4 * 1024 * 1024;

export interface WriteLabelOptions extends LabelOptions {
  /** Label a tape that holds data. All data on it is lost. */
  readonly overwrite?: boolean | undefined;
  /** `TapeDrive.mediumEpoch` when the cartridge was identified: no other one is written. */
  readonly mediumEpoch?: number | undefined;
  /** More for the cartridge memory. */
  readonly attributes?: LabelAttributes | undefined;
  /** Called when nothing but the drive itself can still refuse: then all data on the tape is lost. */
  readonly onEmptying?: (() => Promise<void>) | undefined;
}

export interface LabelOptions {
  /** Name of the file in the label's archive. Default: `LABEL_MEMBER`. */
  readonly member?: string | undefined;
  /** For a label that another program has encrypted: by the name on tape, or each of them where there is none. */
  readonly keyStore?: KeyStore | undefined;
  /** Logical block protection of the label's records. Default: as the drive was opened. */
  readonly protection?: BlockProtection | undefined;
}

/** What was written, and where. */
export interface LabelReport {
  readonly identifier: string;
  /** Of file 0. */
  readonly receipt: TapeReceipt;
  /** What was written to the cartridge memory; undefined if the drive gives no access to one. */
  readonly memory: MemoryReport | undefined;
  /** Contradictions, in words: a barcode suffix that does not fit the medium, a barcode that could not be replaced. */
  readonly warnings: readonly string[];
  /** Why the catalogue still has what was on the cartridge: reconcile it. */
  readonly catalogueFailure?: LtoError;
}

/**
 * Reads the cartridge label, file 0 of the tape. Rejects with LabelError if there is none; the error says what was
 * found instead. The tape then stands after the label, or at the beginning if there is none.
 */
export async function readLabel(drive: TapeDrive, options: LabelOptions = {}): Promise<string> {
  return (await readWholeLabel(drive, options)).identifier;
}

/** As `readLabel`, with all fields of the label. */
export async function readWholeLabel(drive: TapeDrive, options: LabelOptions = {}): Promise<Label> {
  const found = await examine(drive, options);
  if ('identifier' in found) return found;
  await drive.rewind();
  throw new LabelError(`the tape has no cartridge label: ${found.foundInstead}`, {
    device: drive.device,
    operation: 'read label',
    next: 'Check that this is the right cartridge; `lto label <identifier>` labels a blank one',
  });
}

/**
 * Writes the identifier to the cartridge memory, if the drive has access to it, then writes the cartridge label as file
 * 0 and reads it back. If the drive refuses the barcode, the label is written nevertheless and takes precedence.
 * Everything on the tape is lost. Rejects with InvalidArgumentError for an identifier that does not fit, NotBlankError
 * for a tape that is not blank unless `overwrite` is set, WriteProtectedError, and VerificationError. The tape then
 * stands after the label.
 */
export async function writeLabel(
  drive: TapeDrive,
  identifier: string,
  { overwrite = false, member, keyStore, protection, mediumEpoch, attributes, onEmptying }: WriteLabelOptions = {},
): Promise<LabelReport> {
  requireIdentifier(identifier);
  if (!overwrite) await requireBlank(drive, { member, keyStore, protection });
  await drive.rewind();
  // Steps that can fail come before destructive ones: the permission to overwrite, then the cartridge memory.
  await drive.requireOverwritable();
  await drive.rewind();
  const names = await readNames(drive);
  const memory = await writeLabelToMemory(drive, identifier, { mediumEpoch, attributes });
  const replacedBarcode = await barcodeBeside(drive, identifier);
  const receipt = await writeFileZero(drive, encodeLabel(identifier, member, replacedBarcode), {
    mediumEpoch,
    protection,
    onEmptying,
  }).catch(async (error: unknown) => {
    if (mediumEpoch === undefined || mediumEpoch === drive.mediumEpoch) await restoreNames(drive, names);
    throw error;
  });
  const found = await readLabel(drive, { member, protection });
  if (found !== identifier) {
    throw new VerificationError(`the label reads back as ${JSON.stringify(found)}, not ${JSON.stringify(identifier)}`, {
      device: drive.device,
      operation: 'write label',
      next: 'Label this cartridge again before you use it',
    });
  }
  return { identifier, receipt, memory, warnings: await warningsOf(drive, identifier, replacedBarcode) };
}

async function writeFileZero(
  drive: TapeDrive,
  label: Buffer,
  { mediumEpoch, protection, onEmptying }: Pick<WriteLabelOptions, 'mediumEpoch' | 'protection' | 'onEmptying'>,
): Promise<TapeReceipt> {
  const expected = mediumEpoch === undefined ? undefined : await beginningOf(drive, mediumEpoch);
  await onEmptying?.();
  return drive.writeFile([label], { position: 'overwrite', expected, protection });
}

/** Another barcode that the cartridge memory still contains. */
async function barcodeBeside(drive: TapeDrive, identifier: string): Promise<string | undefined> {
  const barcode = (await drive.mam())?.values.barcode;
  return barcode === undefined || isSameCartridge(barcode, identifier) ? undefined : barcode;
}

async function warningsOf(drive: TapeDrive, identifier: string, replacedBarcode?: string): Promise<string[]> {
  const contradiction = suffixContradiction(identifier, await drive.mediumFormat());
  const barcode = JSON.stringify(replacedBarcode);
  const beside = `the cartridge memory keeps the barcode ${barcode}: programs that do not read the label know it by that`;
  return [...(contradiction === undefined ? [] : [contradiction]), ...(replacedBarcode === undefined ? [] : [beside])];
}

async function beginningOf(drive: TapeDrive, mediumEpoch: number): Promise<ExpectedStart> {
  return { fileNumber: 0, firstLogicalObject: await drive.logicalObject(), mediumEpoch };
}

type FileZero = LabelContent | typeof BLANK;
const BLANK = { foundInstead: 'nothing is recorded on it' };

/**
 * `st` of Linux 6.1 forgets a reset at the second rewind only, when the unit attention did not reach it: what it meets
 * after the first, a short record will do, loses the position. Reading again harms nothing.
 */
async function examine(drive: TapeDrive, options: LabelOptions): Promise<FileZero> {
  try {
    return await readFileZero(drive, options);
  } catch (error) {
    if (!(error instanceof PositionLostError)) throw error;
    return readFileZero(drive, options);
  }
}

async function readFileZero(drive: TapeDrive, { member, keyStore, protection }: LabelOptions): Promise<FileZero> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stream = drive.createReadStream({ fileNumber: 0, keyStore, protection });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > LARGEST_LABEL) break;
    }
  } catch (error) {
    if (error instanceof EndOfDataError) return BLANK;
    if (error instanceof EncryptionKeyError) return { foundInstead: `file 0 is encrypted${named(error)}` };
    if (error instanceof UnterminatedFileError) return { foundInstead: 'file 0 was cut off before its filemark' };
    throw error;
  }
  // Only then is the tape free for the next motion.
  if (!stream.closed) await new Promise((resolve) => stream.once('close', resolve));
  if (bytes > LARGEST_LABEL) return { foundInstead: `file 0 has more than ${LARGEST_LABEL} bytes` };
  return decodeLabel(Buffer.concat(chunks), member);
}

function named({ keyId }: EncryptionKeyError): string {
  return keyId === undefined ? '' : ` with the key ${JSON.stringify(keyId)}`;
}

async function requireBlank(drive: TapeDrive, options: LabelOptions): Promise<void> {
  const found = await examine(drive, options);
  if (found === BLANK) return;
  const { end, fileNumber } = await drive.spaceToEndOfData();
  await drive.rewind();
  const files = end === 'unterminated' ? fileNumber + 1 : fileNumber;
  const what = 'identifier' in found ? `it is labelled ${JSON.stringify(found.identifier)}` : found.foundInstead;
  throw new NotBlankError(`the tape holds data: ${what}; ${files} ${files === 1 ? 'file' : 'files'} in all`, {
    device: drive.device,
    operation: 'write label',
    next: 'Take a blank cartridge, or overwrite this one if all that is on it may be lost',
  });
}
