import type { CallOptions } from '../../arguments/options.js';
import { EndOfDataError, InvalidArgumentError, MediumError } from '../../errors/index.js';
import type { DrivePort } from '../port/drive-port.js';
import type { PartitionOptions } from '../port/partitions.js';
import { locateFile, locateObject, MAX_COUNT, RECORDS, space } from './motion.js';
import { readStanding } from './position.js';

/** A record of a file. */
export interface RecordInFile {
  readonly fileNumber: number;
  /** Number of records of the file before it, from 1 up. */
  readonly record: number;
  /** Logical object number of the file's first record. If known, the tape goes straight to the record. */
  readonly firstLogicalObject?: number | undefined;
}

/**
 * Goes to a record of a file, or to the filemark after its last record, and proves by READ POSITION that it is in that
 * file. A drive that reports no file number is spaced over the records, which end at the filemark. Throws
 * InvalidArgumentError if the file has fewer records, and EndOfDataError if there is no such file.
 */
export async function locateRecord(
  port: DrivePort,
  place: RecordInFile,
  { partition, ...options }: PartitionOptions,
): Promise<void> {
  const { fileNumber, record, firstLogicalObject } = place;
  if (firstLogicalObject === undefined) await locateFile(port, fileNumber, { partition, ...options });
  const first = firstLogicalObject ?? (await readStanding(port)).logicalObject;
  if (first !== undefined && (await goStraight(port, place, first + record, { partition, ...options }))) return;
  await locateFile(port, fileNumber, { partition, ...options });
  await spaceOver(port, place, options);
}

/** By LOCATE; resolves with false if the drive does not go there, or does not report the file it stands in. */
async function goStraight(
  port: DrivePort,
  place: RecordInFile,
  logicalObject: number,
  options: PartitionOptions,
): Promise<boolean> {
  try {
    await locateObject(port, logicalObject, options);
  } catch (error) {
    if (!(error instanceof MediumError) && !(error instanceof EndOfDataError)) throw error;
    // Where the tape stopped, and whether the driver knows, differs.
    await port.mt('MTREW', 1, options);
    return false;
  }
  const there = await readStanding(port, options);
  if (there.fileNumber === undefined || there.logicalObject !== logicalObject) return false;
  if (there.fileNumber === place.fileNumber) return true;
  throw notInFile(port, place, `block ${logicalObject} is in file ${there.fileNumber}`);
}

async function spaceOver(port: DrivePort, place: RecordInFile, options: CallOptions): Promise<void> {
  try {
    for (let left = place.record; left > 0; left -= MAX_COUNT) {
      await space(port, RECORDS, Math.min(left, MAX_COUNT), options);
    }
  } catch (error) {
    if (error instanceof EndOfDataError) throw notInFile(port, place, 'the data ends before it', error);
    const isBehind = error instanceof MediumError && (await readStanding(port)).fileNumber !== place.fileNumber;
    throw isBehind ? notInFile(port, place, 'the file ends before it', error) : error;
  }
}

function notInFile({ device }: DrivePort, place: RecordInFile, what: string, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError(`there is no record ${place.record} in file ${place.fileNumber}: ${what}`, {
    device,
    operation: 'read',
    cause,
    next: 'Give a `start` within the file, and `recordSize` and `firstLogicalObject` of its receipt',
  });
}
