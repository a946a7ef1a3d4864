import type { CallOptions } from '../../arguments/options.js';
import { readPosition } from '../../scsi/commands/position.js';
import {
  type BufferPosition,
  decodeLongPosition,
  decodeShortPosition,
  type LongPosition,
} from '../../scsi/commands/read-position.js';
import type { DrivePort } from '../port/drive-port.js';

/** READ POSITION, long form: the position in logical objects and in filemarks. */
export async function readLongPosition(port: DrivePort): Promise<LongPosition> {
  return decodeLongPosition((await port.query(readPosition('long'))).data);
}

/** READ POSITION, short form: the positions between host and buffer, and between buffer and medium. */
export async function readBufferPosition(port: DrivePort): Promise<BufferPosition> {
  return decodeShortPosition((await port.query(readPosition('short'))).data);
}

/** The position from the best source that reports it; unknown values are undefined. */
export interface Standing {
  readonly partition: number | undefined;
  /** Filemarks between the beginning of the partition and here. */
  readonly fileNumber: number | undefined;
  /** Logical objects between the beginning of the partition and here. */
  readonly logicalObject: number | undefined;
}

/**
 * The position by READ POSITION, long form, which is preferred to the driver's: `st` restarts its count wherever the
 * drive reports BOP, and some drives report it after an empty first file. Without a long form, the short form and the
 * driver are used.
 */
export async function readStanding(port: DrivePort, options?: CallOptions): Promise<Standing> {
  const { fileNumber } = await port.status(options);
  const long = await port.told(readPosition('long'), decodeLongPosition);
  if (long?.logicalObject !== undefined && isBelieved(long)) {
    const { partition, logicalObject, logicalFile } = long;
    return { partition, fileNumber: logicalFile ?? fileNumber, logicalObject };
  }
  const partition = await partitionOfShortForm(port);
  return { partition, fileNumber, logicalObject: await port.transport.tell(options).catch(() => undefined) };
}

/** tgt answers any service action with GOOD and zeros: object 0, but without BOP. */
function isBelieved({ logicalObject, beginningOfPartition }: LongPosition): boolean {
  return logicalObject !== 0 || beginningOfPartition;
}

/** The current partition; undefined if the drive does not report it. */
export async function readPartition(port: DrivePort): Promise<number | undefined> {
  return (await readStanding(port)).partition;
}

async function partitionOfShortForm(port: DrivePort): Promise<number | undefined> {
  return (await port.told(readPosition('short'), decodeShortPosition))?.partition;
}
