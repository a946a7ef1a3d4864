import type { DrivePort } from '../port/drive-port.js';
import { readBufferPosition } from './position.js';

/** Whether the drive reports that the end of the medium is near: EOP, or BPEW if programmable early warning is set. */
export async function isNearEnd(port: DrivePort): Promise<boolean> {
  const position = await readBufferPosition(port).catch(() => undefined);
  return position !== undefined && (position.endOfPartition || position.beyondEarlyWarning);
}

/**
 * Whether the last of `records` records is not on tape because the medium ended before it. A drive may answer VOLUME
 * OVERFLOW with a residual of 0; write(2) then returns the full count of a record that the drive did not take, and the
 * position is one short. Anywhere but near the end, such a difference means that another program moved the tape.
 */
export async function endedEarly(
  port: DrivePort,
  firstLogicalObject: number | undefined,
  records: number,
): Promise<boolean> {
  if (firstLogicalObject === undefined || records === 0) return false;
  const position = await readBufferPosition(port).catch(() => undefined);
  if (position?.firstObject !== firstLogicalObject + records - 1) return false;
  return position.endOfPartition || position.beyondEarlyWarning;
}

/** `st` writes a filemark before its next rewind or close after writing. Spacing over 0 records resets that state. */
export async function forgetWriting(port: DrivePort): Promise<void> {
  await port.mt('MTFSR', 0);
}
