import {
  BeginningOfPartitionError,
  EndOfDataError,
  InvalidArgumentError,
  MediumError,
  PositionMismatchError,
} from '../errors/index.js';
import type { MtOperationName } from '../transport/mtio.js';
import type { CallOptions } from '../transport/transport.js';
import type { DrivePort } from './drive-port.js';

// Motion of the tape by the driver's own operations, so that file and block numbers stay true.

/** Largest count of MTIOCTOP: SPACE(6) has 24 bits with a sign. */
const MAX_COUNT = 0x7f_ffff;

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
  if (!Number.isInteger(count) || Math.abs(count) > MAX_COUNT) {
    throw new InvalidArgumentError(`cannot space over ${count}`, {
      device: port.device,
      next: `Give a whole number of at most ${MAX_COUNT}`,
    });
  }
  if (count === 0) return;
  const name = count > 0 ? unit.forward : unit.backward;
  port.requirePosition(name);
  try {
    await port.mt(name, Math.abs(count), options);
  } catch (error) {
    throw (await endMet(port, error, `${name} ${Math.abs(count)}`)) ?? error;
  }
}

/** Which end of the recorded tape stopped a motion, if one did. */
async function endMet(port: DrivePort, error: unknown, operation: string): Promise<unknown> {
  if (!(error instanceof MediumError)) return undefined;
  const status = await port.status();
  const details = { device: port.device, operation, errno: error.errno, cause: error };
  if (status.endOfData) {
    return new EndOfDataError('the end of the recorded data was met', {
      ...details,
      next: 'There is nothing behind it',
    });
  }
  if (status.beginningOfPartition) return new BeginningOfPartitionError('the beginning of the tape was met', details);
  return undefined;
}

/** Goes to the first record of a file and checks that the tape is there. */
export async function locateFile(port: DrivePort, fileNumber: number, options?: CallOptions): Promise<void> {
  if (!Number.isInteger(fileNumber) || fileNumber < 0 || fileNumber > MAX_COUNT) {
    throw new InvalidArgumentError(`${fileNumber} is no file number`, {
      device: port.device,
      next: 'Files are counted from 0 at the beginning of the tape',
    });
  }
  await spaceToFile(port, fileNumber, options).catch((error: unknown) => {
    if (!(error instanceof EndOfDataError)) throw error;
    throw new EndOfDataError(`there is no file ${fileNumber} on the tape`, {
      device: port.device,
      operation: 'locate file',
      next: 'Files are counted from 0; the tape stands at the end of its data',
      cause: error,
    });
  });
  const there = await port.status(options);
  if (there.fileNumber === fileNumber && there.blockNumber === 0) return;
  throw new PositionMismatchError(
    `stands at file ${there.fileNumber ?? '?'}, block ${there.blockNumber ?? '?'} instead of file ${fileNumber}`,
    { device: port.device, operation: 'locate file', next: 'Rewind and try again' },
  );
}

async function spaceToFile(port: DrivePort, fileNumber: number, options?: CallOptions): Promise<void> {
  const here = await port.status(options);
  if (here.fileNumber === fileNumber && here.blockNumber === 0) return;
  if (here.fileNumber === undefined || fileNumber === 0) {
    await port.mt('MTREW', 1, options);
    await space(port, FILES, fileNumber, options);
  } else if (here.fileNumber < fileNumber) {
    await space(port, FILES, fileNumber - here.fileNumber, options);
  } else {
    // Back over the filemark that this file begins behind, then forward over it again.
    await space(port, FILES, fileNumber - here.fileNumber - 1, options);
    await space(port, FILES, 1, options);
  }
}
