import { type NumberRange, requireNumber } from '../../arguments/number.js';
import type { CallOptions } from '../../arguments/options.js';
import {
  BeginningOfPartitionError,
  EndOfDataError,
  type LtoErrorDetails,
  MediumError,
  PositionMismatchError,
} from '../../errors/index.js';
import type { MtOperationName } from '../../transport/mtio.js';
import type { DrivePort } from '../port/drive-port.js';
import type { PartitionOptions } from '../port/partitions.js';
import { enterPartition } from './partition.js';
import { readStanding } from './position.js';

// Motion of the tape by the driver's own operations, so that its file and block numbers stay correct.

/** Largest count of MTIOCTOP: SPACE(6) has 24 bits with a sign. */
export const MAX_COUNT = 0x7f_ffff;
export const FILE_NUMBERS: NumberRange = { min: 0, max: MAX_COUNT, unit: 'files' };
/** MTSEEK takes 32 bits. */
export const LOGICAL_OBJECTS: NumberRange = { min: 0, max: 0xffff_ffff, unit: 'logical objects' };
const COUNTS: NumberRange = { min: -MAX_COUNT, max: MAX_COUNT, unit: 'filemarks or records' };

export interface SpaceOperations {
  readonly forward: MtOperationName;
  readonly backward: MtOperationName;
}
export const FILES: SpaceOperations = { forward: 'MTFSF', backward: 'MTBSF' };
export const RECORDS: SpaceOperations = { forward: 'MTFSR', backward: 'MTBSR' };

/**
 * Spaces over `count` filemarks or records, backwards when negative. Throws EndOfDataError or
 * BeginningOfPartitionError when there are fewer; the tape then stands at that end.
 */
export async function space(
  port: DrivePort,
  unit: SpaceOperations,
  count: number,
  options?: CallOptions,
): Promise<void> {
  requireNumber('count', count, COUNTS, { device: port.device, operation: 'space' });
  if (count === 0) return;
  const name = count > 0 ? unit.forward : unit.backward;
  port.requirePosition(name);
  const operation = `${name} ${Math.abs(count)}`;
  // Not every drive answers as the standard says if there is nothing to move over, so no drive is asked.
  if (count < 0 && (await standsAtBeginning(port))) throw beginningMet({ device: port.device, operation });
  try {
    await port.mt(name, Math.abs(count), options);
  } catch (error) {
    throw (await endMet(port, error, operation, count < 0)) ?? error;
  }
}

/** Requires both driver and drive: a drive may report BOP after an empty first file, and `st` believes it. */
async function standsAtBeginning(port: DrivePort): Promise<boolean> {
  const { fileNumber, blockNumber, beginningOfPartition } = await port.status();
  if (fileNumber !== 0 || blockNumber !== 0 || !beginningOfPartition) return false;
  const { logicalObject = 0 } = await readStanding(port);
  return logicalObject === 0;
}

/** Which end of the recorded data stopped a motion; undefined if none did. */
async function endMet(port: DrivePort, error: unknown, operation: string, isBackwards: boolean): Promise<unknown> {
  if (!(error instanceof MediumError)) return undefined;
  const status = await port.status();
  const details = { device: port.device, operation, errno: error.errno, cause: error };
  // A motion backwards cannot reach the end of data: BLANK CHECK then means the beginning. A motion forward on a blank
  // cartridge ends at both.
  if (isBackwards && (status.beginningOfPartition || status.endOfData)) return beginningMet(details);
  if (!status.endOfData) return undefined;
  return new EndOfDataError('the end of the recorded data was reached', {
    ...details,
    next: 'Nothing is recorded after it',
  });
}

function beginningMet(details: LtoErrorDetails): BeginningOfPartitionError {
  return new BeginningOfPartitionError('the beginning of the tape was reached', {
    ...details,
    next: 'There is nothing before it',
  });
}

/** Goes to the first record of a file of a partition, and verifies the position. */
export async function locateFile(
  port: DrivePort,
  fileNumber: number,
  { partition = 0, ...options }: PartitionOptions = {},
): Promise<void> {
  requireNumber('fileNumber', fileNumber, FILE_NUMBERS, { device: port.device, operation: 'locate file' });
  await enterPartition(port, partition, options);
  await spaceToFile(port, fileNumber, options).catch((error: unknown) => {
    if (!(error instanceof EndOfDataError)) throw error;
    throw new EndOfDataError(`there is no file ${fileNumber} on the tape`, {
      device: port.device,
      operation: 'locate file',
      next: 'Files are counted from 0; the tape stands at the end of its data',
      cause: error,
    });
  });
  const there = await fileAndBlock(port, options);
  if (there.fileNumber === fileNumber && (there.blockNumber === 0 || !there.driverAgrees)) return;
  throw new PositionMismatchError(
    `stands at file ${there.fileNumber ?? '?'}, block ${there.blockNumber ?? '?'} instead of file ${fileNumber}`,
    { device: port.device, operation: 'locate file', next: 'Rewind and try again' },
  );
}

/** Goes to a logical object of a partition by the driver, whose file and block numbers are then unknown. */
export async function locateObject(
  port: DrivePort,
  logicalObject: number,
  { partition = 0, ...options }: PartitionOptions,
): Promise<void> {
  requireNumber('logicalObject', logicalObject, LOGICAL_OBJECTS, { device: port.device, operation: 'locate' });
  port.requirePosition('locate');
  await enterPartition(port, partition, options);
  await port.mt('MTSEEK', logicalObject, options);
}

async function spaceToFile(port: DrivePort, fileNumber: number, options?: CallOptions): Promise<void> {
  const here = await fileAndBlock(port, options);
  if (here.fileNumber === fileNumber && here.blockNumber === 0) return;
  // From the beginning of the tape, the driver's count is correct again.
  if (here.fileNumber === undefined || !here.driverAgrees || fileNumber === 0) {
    await port.mt('MTREW', 1, options);
    await space(port, FILES, fileNumber, options);
  } else if (here.fileNumber < fileNumber) {
    await space(port, FILES, fileNumber - here.fileNumber, options);
  } else {
    // Backwards over the filemark before this file, then forward over it again.
    await space(port, FILES, fileNumber - here.fileNumber - 1, options);
    await space(port, FILES, 1, options);
  }
}

/** The file number as the drive reports it. The driver's block number counts only if both agree on the file. */
async function fileAndBlock(port: DrivePort, options?: CallOptions) {
  const status = await port.status(options);
  const { fileNumber } = await readStanding(port, options);
  const driverAgrees = status.fileNumber === fileNumber;
  return { fileNumber, driverAgrees, blockNumber: driverAgrees ? status.blockNumber : undefined };
}
