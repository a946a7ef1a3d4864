import { pipeline } from 'node:stream/promises';
import type { Catalogue } from '../../../catalogue/index.js';
import type { Difference, ReadFile } from '../../../catalogue/tape/compare-readings.js';
import { InvalidArgumentError } from '../../../errors/index.js';
import type { BlockProtection } from '../../../tape/block-protection/options.js';
import type { DriveVerification } from '../../../tape/motion/verify-in-drive.js';
import { nowhere } from '../../../tape/stream/read/read-file.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { type TapeVerification, type VerifiedFile, verifyTape } from '../../../tape/verify-tape.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { parseCount } from '../../input/numbers.js';
import { tell } from '../../output/notes.js';
import { type Fact, facts, table } from '../../output/table.js';
import { summaryText } from '../../output/text/read-summary.js';
import { formatBytes } from '../../output/units.js';
import { type CatalogueOptions, withAnyCatalogue } from '../../run/catalogue.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { exitCodeOf, RECORDS_SKIPPED } from '../../run/exit-codes.js';
import { interruptibleOn } from '../../run/interrupted-drive.js';
import { type Consume, checksumOptions, readTapeFile } from '../../transfer/read-file.js';
import { comparedCartridge, differenceText, recordedReading, recordReadings } from '../../transfer/record-reading.js';

interface VerifyOptions extends DeviceOptions, KeystoreOptions, CatalogueOptions {
  readonly all?: boolean;
  readonly inDrive?: boolean;
  readonly checksum?: string;
  readonly protection?: BlockProtection;
  readonly receipt?: string;
}

export function verify(options: VerifyOptions, number: string | undefined) {
  const { all = false, inDrive = false, checksum, receipt } = options;
  if (receipt !== undefined) return verifyByReceipt(options, receipt, number);
  if (all === (number !== undefined)) throw new InvalidArgumentError('give a file number, or --all');
  if (checksum !== undefined && (all || inDrive)) {
    throw new InvalidArgumentError('--checksum is of one file that is read: it excludes --all and --in-drive');
  }
  if (all) return verifyAll(options);
  const fileNumber = parseCount(number ?? '');
  return inDrive ? verifyInDrive(options, fileNumber) : verifyByReading(options, fileNumber);
}

/** Verifies an archive that spans several cartridges: each part against its checksum. */
async function verifyByReceipt(options: VerifyOptions, path: string, number: string | undefined) {
  if (number !== undefined || options.all || options.inDrive || options.checksum !== undefined) {
    throw new InvalidArgumentError('--receipt excludes a file number, --all, --in-drive and --checksum');
  }
  const { readSpanned, spannedFacts } = await import('../../transfer/read-spanned.js');
  const receipt = await readSpanned(options, path, discard);
  return { document: receipt, text: facts(spannedFacts(receipt)) };
}

async function verifyByReading(options: VerifyOptions, fileNumber: number) {
  const streamOptions = {
    ...checksumOptions(options.checksum),
    fileNumber,
    keyStore: keysOf(options),
    protection: options.protection,
    reuseChunks: true,
  };
  const read = (drive: TapeDrive) => readTapeFile(drive, streamOptions, discard);
  const readAndCompare = async (drive: TapeDrive, catalogue: Catalogue | undefined) => {
    const compared = await comparedCartridge(drive, catalogue, keysOf(options));
    return recordedReading(compared, fileNumber, () => read(drive));
  };
  const summary = await withAnyCatalogue(options, (catalogue) =>
    withDrive(options, (drive) => readAndCompare(drive, catalogue), READ_ONLY),
  );
  return { document: summary, text: summaryText(summary) };
}

const discard: Consume = (source, signal) => pipeline(source, nowhere(), { signal });

async function verifyInDrive(options: VerifyOptions, fileNumber: number) {
  const document: DriveVerification = await withDrive(
    options,
    (drive) => interruptibleOn(drive, ({ signal }) => drive.verifyFile({ inDrive: true, fileNumber, signal })),
    READ_ONLY,
  );
  const text = facts([
    ['file number', document.fileNumber],
    ['records', `${document.records}, checked in the drive`],
  ]);
  return { document, text };
}

/** Reports each verified file on stderr, because a cartridge takes hours. */
async function verifyAll(options: VerifyOptions) {
  const { inDrive, protection } = options;
  const onFile = (file: VerifiedFile) => {
    const { fileNumber, records, bad } = file;
    tell({ event: 'file', fileNumber, records, bad: bad.length }, `file ${fileNumber}: ${inWords(file)}`);
  };
  const verifyAndRecord = async (
    drive: TapeDrive,
    catalogue: Catalogue | undefined,
  ): Promise<CartridgeVerification> => {
    const compared = await comparedCartridge(drive, catalogue, keysOf(options));
    const found = await interruptibleOn(drive, ({ signal }) =>
      verifyTape(drive, { inDrive, protection, keyStore: keysOf(options), signal, onFile }),
    );
    const differences = await recordReadings(compared, found.files.map(asReading), true);
    return differences === undefined ? found : { ...found, differences };
  };
  const document = await withAnyCatalogue(options, (catalogue) =>
    withDrive(options, (drive) => verifyAndRecord(drive, catalogue), READ_ONLY),
  );
  return { document, text: reportText(document), exitCode: exitCode(document) };
}

/** What the cartridge holds, and in what it differs from the catalogue, if there is one. */
interface CartridgeVerification extends TapeVerification {
  readonly differences?: readonly Difference[] | undefined;
}

function asReading({ bad, ...file }: VerifiedFile): ReadFile {
  return bad.length > 0 ? { fileNumber: file.fileNumber, error: 'LTO_MEDIUM_ERROR' } : file;
}

function inWords({ records, bad }: VerifiedFile): string {
  return bad.length === 0 ? `${records} records, good` : `${records} records, ${bad.length} BAD`;
}

function exitCode({ badRecords, unterminated, differences = [] }: CartridgeVerification): number {
  if (differences.length > 0) return exitCodeOf('LTO_VERIFICATION_FAILED');
  if (badRecords > 0) return RECORDS_SKIPPED;
  return unterminated === undefined ? 0 : exitCodeOf('LTO_UNTERMINATED_FILE');
}

function reportText({ files, badRecords, unterminated, differences = [] }: CartridgeVerification): string {
  const rows = files.map(({ fileNumber, records, bytes, checksum, bad }) => [
    String(fileNumber),
    String(records),
    bytes === undefined ? '' : formatBytes(bytes),
    checksum ?? '',
    bad.map(({ record, logicalObject }) => `record ${record} (logical object ${logicalObject ?? '?'})`).join(', '),
  ]);
  const verdict = facts([
    ['files', files.length],
    ['records that cannot be read', badRecords],
    ['without filemark', unterminated === undefined ? undefined : `file ${unterminated}, the last: it was cut off`],
    ...differences.map((difference): Fact => ['differs from the catalogue', differenceText(difference)]),
  ]);
  return `${table(['file', 'records', 'bytes', 'checksum', 'bad'], rows)}\n\n${verdict}`;
}
