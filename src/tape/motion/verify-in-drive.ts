import { type NumberRange, requireNumbers } from '../../arguments/number.js';
import type { OptionNames } from '../../arguments/option-names.js';
import { requireSignal } from '../../arguments/signal.js';
import {
  EndOfDataError,
  IllegalRequestError,
  InvalidArgumentError,
  type LtoError,
  MediumError,
  ProtectionError,
  type RecordPlace,
  type SenseData,
  UnterminatedFileError,
} from '../../errors/index.js';
import { verifyFilemarks } from '../../scsi/commands/transfer.js';
import type { DrivePort } from '../port/drive-port.js';
import { PARTITION_OPTIONS, PARTITIONS, type PartitionOptions } from '../port/partitions.js';
import { type OnBadRecord, requireOnBadRecord } from './bad-record.js';
import { FILE_NUMBERS, locateFile } from './motion.js';
import { readStanding, type Standing } from './position.js';
import { goToObject, probeRecord } from './probe-record.js';

export interface VerifyInDriveOptions extends PartitionOptions {
  /** The drive reads and checks the file itself, by VERIFY(6): nothing is transferred, and no checksum made. */
  readonly inDrive: true;
  readonly fileNumber: number;
  /** See `ReadStreamOptions`: `skip` continues after an unreadable record and lists it. */
  readonly onBadRecord?: OnBadRecord | undefined;
}

/** Result of a check by the drive. */
export interface DriveVerification {
  readonly fileNumber: number;
  /** Records of the file, including those in `skipped`. */
  readonly records: number;
  /** Unreadable records, with `onBadRecord: 'skip'`. */
  readonly skipped: readonly (RecordPlace & { readonly sense: SenseData | undefined })[];
}

export const VERIFY_IN_DRIVE_OPTIONS: OptionNames<VerifyInDriveOptions> = {
  ...PARTITION_OPTIONS,
  inDrive: true,
  fileNumber: true,
  onBadRecord: true,
};
const RANGES = { fileNumber: FILE_NUMBERS, partition: PARTITIONS } satisfies Record<string, NumberRange>;

/**
 * Makes the drive check a file, which takes as long as reading it. The command bypasses `st`, so a motion to the
 * drive's position, after the filemark, makes the driver's position correct again. Rejects with MediumError or
 * ProtectionError, which name the record that the tape then stands before, with EndOfDataError, UnterminatedFileError,
 * and with IllegalRequestError if the drive has no VERIFY(6).
 */
export async function verifyInDrive(port: DrivePort, options: VerifyInDriveOptions): Promise<DriveVerification> {
  const { fileNumber, partition, onBadRecord = 'fail', signal } = options;
  requireOptions(port, options);
  await locateFile(port, fileNumber, { partition, signal });
  await port.confirmPosition('verify');
  const { logicalObject: start } = await readStanding(port);
  if (start === undefined) throw positionUntold(port);
  const skipped: (RecordPlace & { sense: SenseData | undefined })[] = [];
  for (;;) {
    const { error, stands } = await verifyToFilemark(port, signal);
    const met = stands.logicalObject ?? start;
    // The position is after the filemark, which is not a record.
    if (error === undefined) return { fileNumber, records: met - start - 1, skipped };
    if (error instanceof EndOfDataError) throw endOfData(port, met - start);
    if (!(error instanceof MediumError || error instanceof ProtectionError)) throw error;
    const bad = await badRecord(port, Math.max(start, met - 1), Math.max(start, met));
    const place = { fileNumber, record: bad - start, logicalObject: bad };
    const canGoOn = onBadRecord === 'skip' && skipped.at(-1)?.logicalObject !== bad;
    if (!canGoOn || !(await goToObject(port, bad + 1))) throw unreadable(error, place);
    skipped.push({ ...place, sense: error.sense });
  }
}

function requireOptions({ device }: DrivePort, { onBadRecord, signal, ...numbers }: VerifyInDriveOptions): void {
  const details = { device, operation: 'verify' };
  requireNumbers(numbers, RANGES, details);
  if (numbers.fileNumber === undefined) throw new InvalidArgumentError('a file number is needed', details);
  requireSignal(signal, details);
  requireOnBadRecord(onBadRecord, details);
}

/** What stopped the drive, and where; no error if it passed a filemark. */
async function verifyToFilemark(
  port: DrivePort,
  signal: AbortSignal | undefined,
): Promise<{ error: LtoError | undefined; stands: Standing }> {
  const { mediumEpoch } = port;
  try {
    const { error } = await port.execute(verifyFilemarks(1), { mediumEpoch, signal });
    if (error instanceof IllegalRequestError) throw notInDrive(port, error);
    return { error, stands: await readStanding(port) };
  } finally {
    await tellDriver(port);
  }
}

/** `st` still has the position from before a command that bypassed it. */
async function tellDriver(port: DrivePort): Promise<void> {
  const stands = await readStanding(port).catch(() => undefined);
  if (stands?.logicalObject !== undefined) await port.mt('MTSEEK', stands.logicalObject).catch(() => undefined);
}

/** Drives stop before or after the unreadable block: both are probed. */
async function badRecord(port: DrivePort, first: number, second: number): Promise<number> {
  if (first !== second && (await goToObject(port, first)) && (await probeRecord(port, first)) === 'readable') {
    await goToObject(port, second);
    return second;
  }
  await goToObject(port, first);
  return first;
}

function unreadable(error: MediumError | ProtectionError, record: RecordPlace): LtoError {
  const { device, operation, sense, next } = error;
  const what = `record ${record.record} of file ${record.fileNumber}, logical object ${record.logicalObject}, is not as it was written`;
  const details = { device, operation, sense, next, record, cause: error };
  return error instanceof ProtectionError ? new ProtectionError(what, details) : new MediumError(what, details);
}

function endOfData({ device }: DrivePort, records: number): LtoError {
  const details = { device, operation: 'verify' };
  if (records === 0) {
    return new EndOfDataError('nothing is recorded here: this is the end of the data on the tape', {
      ...details,
      next: 'Name a file that exists',
    });
  }
  return new UnterminatedFileError('the file ends without a filemark: writing it was interrupted', {
    ...details,
    records,
    bytes: 0,
    next: 'Its records can be read, but the file may be incomplete',
  });
}

function notInDrive({ device }: DrivePort, cause: IllegalRequestError): IllegalRequestError {
  return new IllegalRequestError('the drive does not support VERIFY(6)', {
    device,
    operation: 'VERIFY(6)',
    sense: cause.sense,
    cause,
    next: 'Verify by reading the file: leave `inDrive` out (`lto verify` without --in-drive)',
  });
}

function positionUntold({ device }: DrivePort): IllegalRequestError {
  return new IllegalRequestError('the drive does not report its position, which is needed after VERIFY(6)', {
    device,
    operation: 'READ POSITION',
    next: 'Verify by reading the file: leave `inDrive` out (`lto verify` without --in-drive)',
  });
}
