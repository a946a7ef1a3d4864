import type { CallOptions } from '../../arguments/options.js';
import { BeginningOfPartitionError, EndOfDataError, MediumError } from '../../errors/index.js';
import type { DrivePort } from '../port/drive-port.js';
import { FILES, RECORDS, space } from './motion.js';
import { readStanding } from './position.js';

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

/** Goes to the end of the recorded data of the current partition; resolves with what it ends with. */
export async function spaceToEndOfData(port: DrivePort, options?: CallOptions): Promise<EndOfData> {
  // `st` counts from its current file number: an unknown one stays unknown.
  if ((await port.status(options)).fileNumber === undefined) await port.mt('MTREW', 1, options);
  await port.mt('MTEOM', 1, options).catch(async (error: unknown) => {
    // On a blank tape, not every drive finds the end of the data.
    if (!(error instanceof MediumError) || !(await isBlank(port, options))) throw error;
  });
  const { fileNumber, logicalObject } = await readStanding(port, options);
  if (logicalObject === 0) return { end: 'blank', fileNumber: 0 };
  // `st` computes the number of files from the residual in the sense data, which tgt's tape does not send.
  if (fileNumber === undefined || fileNumber >= ALL_FILES) return countFiles(port, options);
  return { end: await lookBack(port, fileNumber, options), fileNumber };
}

/** Whether the tape still stands at its beginning after a motion that failed. */
async function isBlank(port: DrivePort, options?: CallOptions): Promise<boolean> {
  return (await readStanding(port, options)).logicalObject === 0;
}

/** Steps back over the last object to find out what it is, and returns to the end of data. */
async function lookBack(port: DrivePort, fileNumber: number, options?: CallOptions): Promise<TapeEnd> {
  try {
    await space(port, RECORDS, -1, options);
  } catch (error) {
    if (error instanceof BeginningOfPartitionError) return 'blank';
    if (!(error instanceof MediumError)) throw error;
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
  while (await succeeds(space(port, FILES, 1, options))) fileNumber += 1;
  await port.mt('MTREW', 1, options);
  if (fileNumber > 0) await space(port, FILES, fileNumber, options);
  if (await succeeds(space(port, RECORDS, 1, options))) {
    await port.mt('MTEOM', 1, options);
    return { end: 'unterminated', fileNumber };
  }
  await port.mt('MTREW', 1, options);
  if (fileNumber === 0) return { end: 'blank', fileNumber };
  await space(port, FILES, fileNumber, options);
  return { end: 'filemark', fileNumber };
}

/** Whether a motion passed anything. */
async function succeeds(motion: Promise<void>): Promise<boolean> {
  try {
    await motion;
    return true;
  } catch (error) {
    if (error instanceof MediumError || error instanceof EndOfDataError) return false;
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
