import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError } from '../../../errors/index.js';
import type { BlockProtection } from '../../../tape/block-protection/options.js';
import type { DriveVerification } from '../../../tape/motion/verify-in-drive.js';
import { nowhere } from '../../../tape/stream/read/read-file.js';
import { type TapeVerification, type VerifiedFile, verifyTape } from '../../../tape/verify-tape.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { parseCount } from '../../input/numbers.js';
import { facts, table } from '../../output/table.js';
import { printText } from '../../output/terminal.js';
import { summaryText } from '../../output/text/read-summary.js';
import { formatBytes } from '../../output/units.js';
import type { CommandResult } from '../../run/action.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { exitCodeOf, RECORDS_SKIPPED } from '../../run/exit-codes.js';
import { interruptible } from '../../run/interrupt.js';
import { type Consume, checksumOptions, readTapeFile } from '../../transfer/read-file.js';

interface VerifyOptions extends DeviceOptions, KeystoreOptions {
  readonly all?: boolean;
  readonly inDrive?: boolean;
  readonly checksum?: string;
  readonly protection?: BlockProtection;
  readonly receipt?: string;
}

export function verify(options: VerifyOptions, number: string | undefined): Promise<CommandResult> {
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
async function verifyByReceipt(
  options: VerifyOptions,
  path: string,
  number: string | undefined,
): Promise<CommandResult> {
  if (number !== undefined || options.all || options.inDrive || options.checksum !== undefined) {
    throw new InvalidArgumentError('--receipt excludes a file number, --all, --in-drive and --checksum');
  }
  const { readSpanned, spannedFacts } = await import('../../transfer/read-spanned.js');
  const receipt = await readSpanned(options, path, discard);
  return { document: receipt, text: facts(spannedFacts(receipt)) };
}

async function verifyByReading(options: VerifyOptions, fileNumber: number): Promise<CommandResult> {
  const streamOptions = {
    ...checksumOptions(options.checksum),
    fileNumber,
    keyStore: keysOf(options),
    protection: options.protection,
    reuseChunks: true,
  };
  const summary = await withDrive(options, (drive) => readTapeFile(drive, streamOptions, discard), READ_ONLY);
  return { document: summary, text: summaryText(summary) };
}

const discard: Consume = (source, signal) => pipeline(source, nowhere(), { signal });

async function verifyInDrive(options: VerifyOptions, fileNumber: number): Promise<CommandResult> {
  const document: DriveVerification = await withDrive(
    options,
    (drive) => interruptible(({ signal }) => drive.verifyFile({ inDrive: true, fileNumber, signal })),
    READ_ONLY,
  );
  const text = facts([
    ['file number', document.fileNumber],
    ['records', `${document.records}, checked in the drive`],
  ]);
  return { document, text };
}

/** Reports each verified file on stderr, because a cartridge takes hours. */
async function verifyAll(options: VerifyOptions): Promise<CommandResult> {
  const { inDrive, protection, json } = options;
  const onFile = (file: VerifiedFile) => json || printText(process.stderr, `file ${file.fileNumber}: ${inWords(file)}`);
  const document = await withDrive(
    options,
    (drive) =>
      interruptible(({ signal }) => {
        return verifyTape(drive, { inDrive, protection, keyStore: keysOf(options), signal, onFile });
      }),
    READ_ONLY,
  );
  return { document, text: reportText(document), exitCode: exitCode(document) };
}

function inWords({ records, bad }: VerifiedFile): string {
  return bad.length === 0 ? `${records} records, good` : `${records} records, ${bad.length} BAD`;
}

function exitCode({ badRecords, unterminated }: TapeVerification): number {
  if (badRecords > 0) return RECORDS_SKIPPED;
  return unterminated === undefined ? 0 : exitCodeOf('LTO_UNTERMINATED_FILE');
}

function reportText({ files, badRecords, unterminated }: TapeVerification): string {
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
  ]);
  return `${table(['file', 'records', 'bytes', 'checksum', 'bad'], rows)}\n\n${verdict}`;
}
