import type { CallOptions } from '../../arguments/options.js';
import { BeginningOfPartitionError, EndOfDataError, MediumError, PositionLostError } from '../../errors/index.js';
import type { DrivePort } from '../port/drive-port.js';
import { FILES, RECORDS, space } from './motion.js';
import { readStanding } from './position.js';
import { askForRecord, probeRecord } from './probe-record.js';

/** What the recorded data of a partition ends with. */
export type TapeEnd =
  /** Nothing is recorded. */
  | 'blank'
  /** A filemark: the last file is complete. */
  | 'filemark'
  /** A record: the last file was cut off before its filemark. */
  | 'unterminated';

export interface EndOfData {
  readonly end: TapeEnd;
  /** Filemarks on the tape. */
  readonly fileNumber: number;
}

/** Count with which `st` spaces to the end of data by filemarks (`st_int_ioctl`, MTEOM without fast_mteom). */
const ALL_FILES = 0x7f_ffff;

/**
 * Goes to the end of the recorded data of the current partition; resolves with what it ends with. Rejects with
 * PositionLostError where the drive was reset or its cartridge changed meanwhile: the position told then would be that of
 * the beginning, and whoever appends there overwrites everything.
 */
export async function spaceToEndOfData(port: DrivePort, options?: CallOptions): Promise<EndOfData> {
  const { mediumEpoch } = port;
  const end = await findEnd(port, options);
  await port.confirmPosition(OPERATION);
  requireSameEpoch(port, mediumEpoch, OPERATION);
  return end;
}

const OPERATION = 'space to end of data';

/** Throws PositionLostError unless cartridge and position are those of `mediumEpoch`. */
export function requireSameEpoch(port: DrivePort, mediumEpoch: number, operation: string): void {
  if (port.mediumEpoch === mediumEpoch) return;
  throw new PositionLostError(
    'the drive was reset, or its cartridge changed, while the end of the data was looked for',
    {
      device: port.device,
      operation,
      next: 'Nothing was written: identify the cartridge, and try again',
    },
  );
}

async function findEnd(port: DrivePort, options?: CallOptions): Promise<EndOfData> {
  // `st` counts from its current file number: an unknown one stays unknown.
  if ((await port.status(options)).fileNumber === undefined) await port.mt('MTREW', 1, options);
  await port.mt('MTEOM', 1, options).catch(async (error: unknown) => {
    // On a blank tape, not every drive finds the end of the data.
    if (!(error instanceof MediumError) || !(await isBlank(port))) throw error;
  });
  const { fileNumber, logicalObject } = await readStanding(port, options);
  if (logicalObject === 0) return { end: 'blank', fileNumber: 0 };
  // `st` computes the number of files from the residual in the sense data, which tgt's tape does not send.
  if (fileNumber === undefined || fileNumber >= ALL_FILES) return countFiles(port, options);
  const end = await lookBack(port, { fileNumber, logicalObject }, options);
  if ((await readStanding(port, options)).logicalObject === logicalObject) return { end, fileNumber };
  throw new PositionLostError('the tape does not stand at the end of its data again', {
    device: port.device,
    operation: OPERATION,
    next: 'Nothing was written: rewind, and try again',
  });
}

/**
 * Whether nothing is recorded at the beginning, where the tape still stands after a motion that failed: a motion fails for
 * other reasons too, so the drive is asked for the record there.
 */
async function isBlank(port: DrivePort): Promise<boolean> {
  return (await readStanding(port)).logicalObject === 0 && (await probeRecord(port, 0)) === 'end of data';
}

interface End {
  readonly fileNumber: number;
  readonly logicalObject: number | undefined;
}

/** Steps back over the last object to find out what it is, and returns to the end of data. */
async function lookBack(port: DrivePort, { fileNumber, logicalObject }: End, options?: CallOptions): Promise<TapeEnd> {
  try {
    await space(port, RECORDS, -1, options);
  } catch (error) {
    const isBeginning = error instanceof BeginningOfPartitionError;
    // A drive that has told of objects before this place does not stand at the beginning, whatever its sense says.
    if (isBeginning && logicalObject === undefined) return 'blank';
    if (!isBeginning && !(error instanceof MediumError)) throw error;
    // Spacing backwards over records fails at a filemark, and `st` decrements the file number.
    if ((await readStanding(port, options)).fileNumber !== fileNumber - 1) throw error;
    await space(port, FILES, 1, options);
    return 'filemark';
  }
  await space(port, RECORDS, 1, options);
  return 'unterminated';
}

/** For drives without residuals: counts the filemarks one by one, and looks for records after the last. */
async function countFiles(port: DrivePort, options?: CallOptions): Promise<EndOfData> {
  await port.mt('MTREW', 1, options);
  let fileNumber = 0;
  while (await succeeds(port, space(port, FILES, 1, options))) fileNumber += 1;
  await port.mt('MTREW', 1, options);
  if (fileNumber > 0) await space(port, FILES, fileNumber, options);
  if (await succeeds(port, space(port, RECORDS, 1, options))) {
    await port.mt('MTEOM', 1, options);
    return { end: 'unterminated', fileNumber };
  }
  await port.mt('MTREW', 1, options);
  if (fileNumber === 0) return { end: 'blank', fileNumber };
  await space(port, FILES, fileNumber, options);
  return { end: 'filemark', fileNumber };
}

/**
 * Whether a motion passed anything. The driver does not say of every drive that it met the end of the data: a failure is
 * that only if the drive says so itself, asked for the record there.
 */
async function succeeds(port: DrivePort, motion: Promise<void>): Promise<boolean> {
  try {
    await motion;
    return true;
  } catch (error) {
    if (error instanceof EndOfDataError) return false;
    if (error instanceof MediumError && (await askForRecord(port)) === 'end of data') return false;
    throw error;
  }
}

/** Writes the missing filemark of an unterminated file; the tape then stands after it, at the end of data. */
export async function closeUnterminatedFile(port: DrivePort, fileNumber: number, options?: CallOptions): Promise<void> {
  await port.mt('MTWEOF', 1, options);
  if ((await readStanding(port, options)).fileNumber === fileNumber + 1) return;
  await port.mt('MTREW', 1, options);
  await space(port, FILES, fileNumber + 1, options);
}
