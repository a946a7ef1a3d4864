import { readPosition } from '../scsi/commands/position.js';
import { type BufferPosition, decodeLongPosition, decodeShortPosition, type LongPosition } from '../scsi/position.js';
import type { DrivePort } from './drive-port.js';

/** READ POSITION, long form: where the tape stands, in logical objects and in filemarks. */
export async function readLongPosition(port: DrivePort): Promise<LongPosition> {
  return decodeLongPosition((await port.query(readPosition('long'))).data);
}

/** READ POSITION, short form: what has passed from the host to the buffer, and from the buffer to the medium. */
export async function readBufferPosition(port: DrivePort): Promise<BufferPosition> {
  return decodeShortPosition((await port.query(readPosition('short'))).data);
}
