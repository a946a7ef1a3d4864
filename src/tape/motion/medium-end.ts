import type { DrivePort } from '../port/drive-port.js';
import { readBufferPosition } from './position.js';

/** Whether the drive says that the end of the medium is near: EOP, or BPEW where that is set up. */
export async function isNearEnd(port: DrivePort): Promise<boolean> {
  const position = await readBufferPosition(port).catch(() => undefined);
  return position !== undefined && (position.endOfPartition || position.beyondEarlyWarning);
}

/**
 * Whether the last of `records` records is not on tape because the medium ended before it. A drive may answer VOLUME
 * OVERFLOW with a residual of 0, and then write(2) returns the full count of a record that was not taken: the position
 * lags by one. Anywhere but near the end that is the work of another program.
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

/** `st` ends what it was writing with a filemark before its next rewind or close. Spacing over 0 records makes it forget. */
export async function forgetWriting(port: DrivePort): Promise<void> {
  await port.mt('MTFSR', 0);
}
