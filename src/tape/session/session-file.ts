import { PositionMismatchError } from '../../errors/index.js';
import type { BufferPosition } from '../../scsi/commands/read-position.js';
import { forgetWriting } from '../motion/medium-end.js';
import { readBufferPosition, readStanding } from '../motion/position.js';
import type { DrivePort } from '../port/drive-port.js';
import type { FileStart } from '../stream/file/start-file.js';
import { explainUnended, type OpenFile } from '../stream/write/write-failure.js';

/** The end of a session's data: where its next file begins. */
export interface SessionEnd {
  readonly start: FileStart;
  readonly logicalObject: number;
  /** File number of the driver, which may differ from the drive's. */
  readonly driverFile: number;
  /** Of the file before: one that is to be otherwise is begun as a single file is. */
  readonly recordSize: number;
  readonly partition: number;
}

/**
 * Proves with a single READ POSITION that the tape stands after the last file of a session and its filemark. It makes the
 * driver notice a reset or another cartridge. Rights, limits and settings are valid since the session's first file: any
 * change of them raises a unit attention or needs the tape.
 */
export async function proveEnd(port: DrivePort, { logicalObject, driverFile }: SessionEnd): Promise<void> {
  port.requireWriting('write');
  const { logicalObject: stands, fileNumber, blockNumber, blockSize } = await port.askPosition('write');
  port.requireWriting('write');
  if (stands === logicalObject && fileNumber === driverFile && blockNumber === 0 && blockSize === 0) return;
  throw elsewhere(port, `file ${fileNumber ?? '?'}, block ${stands}`, driverFile, logicalObject);
}

/**
 * Writes an immediate filemark. Resolves with the driver's file number after it. `driverFile` is that of the file, where
 * it is known.
 */
export async function endImmediately(file: OpenFile, driverFile: number | undefined): Promise<number> {
  const { port } = file;
  const before = driverFile ?? (await port.status()).fileNumber;
  try {
    port.requireWriting('MTWEOFI 1');
    await port.mt('MTWEOFI', 1);
  } catch (reason) {
    throw await explainUnended(file, reason);
  }
  const { fileNumber, blockNumber } = await port.status();
  if (fileNumber !== undefined && fileNumber - 1 === before && blockNumber === 0) return fileNumber;
  throw elsewhere(port, `file ${fileNumber ?? '?'}, block ${blockNumber ?? '?'} of it`, before);
}

/**
 * Makes the drive flush its buffer, and proves that the tape stands at the end of the session and that key and
 * protection are still set. Resolves with whether the drive tells what it has recorded. `left`: number of records after that end that belong to a file that could not be closed. At
 * the end of the tape there may be one more, which the drive has taken without reporting it, or one less, which was to
 * make room for the filemark.
 */
export async function flushTo(port: DrivePort, { start, logicalObject }: SessionEnd, left = 0): Promise<boolean> {
  await port.mt('MTWEOF', 0);
  await port.askPosition('commit');
  const stands = await readStanding(port);
  const behind = (stands.logicalObject ?? Number.NaN) - logicalObject;
  const isThere = behind === left || (left > 0 && Math.abs(behind - left) === 1);
  if (!isThere || stands.fileNumber !== start.fileNumber) {
    const place = `file ${stands.fileNumber ?? '?'}, block ${stands.logicalObject ?? '?'}`;
    throw elsewhere(port, place, start.fileNumber, logicalObject);
  }
  const { firstObject, lastObject } = await readBufferPosition(port).catch(() => NOTHING_TOLD);
  await port.confirmGuards('commit');
  port.requirePosition('commit');
  // The buffer is empty: a drive that says otherwise does not count.
  return firstObject !== undefined && firstObject === lastObject;
}

const NOTHING_TOLD: Pick<BufferPosition, 'firstObject' | 'lastObject'> = {};

/**
 * What the drive has recorded of `written` logical objects, without flushing the buffer. Rejects while a guard fails.
 * Resolves with nothing recorded if the drive does not report it or stands before their end.
 */
export async function readRecorded(
  port: DrivePort,
  written: number,
): Promise<{ readonly upTo: number; readonly isNearEnd: boolean }> {
  const { firstObject = 0, lastObject = 0, endOfPartition } = await readBufferPosition(port);
  await port.confirmGuards('commit');
  port.requirePosition('commit');
  return { upTo: firstObject < written ? 0 : lastObject, isNearEnd: endOfPartition };
}

function elsewhere(
  { device }: DrivePort,
  place: string,
  fileNumber: number | undefined,
  logicalObject?: number,
): PositionMismatchError {
  const block = logicalObject === undefined ? '' : `, block ${logicalObject}`;
  return new PositionMismatchError(`stands at ${place} instead of file ${fileNumber ?? '?'}${block}`, {
    device,
    operation: 'write',
    next: 'Find out what has moved the tape; write again the files that are not proven to be on tape',
  });
}

/**
 * For a file that is lost while being written: `st`'s filemark at the next rewind would make its rest look like a
 * complete file. A stream that has begun in the meantime writes its own end.
 */
export async function abandonFile(port: DrivePort, session: object): Promise<void> {
  await port.lease.exclusively('write', () => forgetWriting(port), undefined, session).catch(() => undefined);
}
