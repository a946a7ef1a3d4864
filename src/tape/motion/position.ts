import { ifWellFormed } from '../../device/well-formed.js';
import { readPosition } from '../../scsi/commands/position.js';
import {
  type BufferPosition,
  decodeLongPosition,
  decodeShortPosition,
  type LongPosition,
} from '../../scsi/commands/read-position.js';
import type { CallOptions } from '../../transport/scsi-transport.js';
import type { DrivePort } from '../port/drive-port.js';

/** READ POSITION, long form: where the tape stands, in logical objects and in filemarks. */
export async function readLongPosition(port: DrivePort): Promise<LongPosition> {
  return decodeLongPosition((await port.query(readPosition('long'))).data);
}

/** READ POSITION, short form: what has passed from the host to the buffer, and from the buffer to the medium. */
export async function readBufferPosition(port: DrivePort): Promise<BufferPosition> {
  return decodeShortPosition((await port.query(readPosition('short'))).data);
}

/** Where the tape stands, by the best that tells. What nothing tells is undefined. */
export interface Standing {
  readonly partition: number | undefined;
  /** Filemarks between the beginning of the partition and here. */
  readonly fileNumber: number | undefined;
  /** Logical objects between the beginning of the partition and here. */
  readonly logicalObject: number | undefined;
}

/**
 * READ POSITION in its long form, which wins over the driver: `st` counts from a position that it takes for the beginning
 * of the tape wherever the drive says BOP, and some say so behind an empty first file. Where a drive has no long form, the
 * short one and the driver tell.
 */
export async function readStanding(port: DrivePort, options?: CallOptions): Promise<Standing> {
  const { fileNumber } = await port.status(options);
  const data = await port.dataIfSupported(readPosition('long'));
  const long = data && ifWellFormed(() => decodeLongPosition(data));
  if (long?.logicalObject !== undefined && isBelieved(long)) {
    const { partition, logicalObject, logicalFile } = long;
    return { partition, fileNumber: logicalFile ?? fileNumber, logicalObject };
  }
  const partition = await partitionOfShortForm(port);
  return { partition, fileNumber, logicalObject: await port.transport.tell(options).catch(() => undefined) };
}

/** tgt answers any service action with GOOD and zeros: object 0, and yet not the beginning of the partition. */
function isBelieved({ logicalObject, beginningOfPartition }: LongPosition): boolean {
  return logicalObject !== 0 || beginningOfPartition;
}

/** The partition that the tape stands in; undefined where the drive doesn't tell. */
export async function readPartition(port: DrivePort): Promise<number | undefined> {
  return (await readStanding(port)).partition;
}

async function partitionOfShortForm(port: DrivePort): Promise<number | undefined> {
  const data = await port.dataIfSupported(readPosition('short'));
  return data && ifWellFormed(() => decodeShortPosition(data))?.partition;
}
