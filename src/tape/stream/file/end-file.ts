import { PositionMismatchError } from '../../../errors/index.js';
import { endedEarly, forgetWriting } from '../../motion/medium-end.js';
import { readStanding } from '../../motion/position.js';
import type { DrivePort } from '../../port/drive-port.js';
import type { FileStart } from './start-file.js';

/**
 * Writes the filemark behind `records` records, synchronously: it makes the drive empty its buffer, and only what is
 * before it is certainly on the medium. Resolves with how many records that are, one less where the medium ended before
 * the last of them. Throws PositionMismatchError when the tape stands anywhere but behind them, with
 * no filemark written, or anywhere but behind the filemark afterwards; and EncryptionError, with no filemark written,
 * while encryption is asked for and not proven.
 */
export async function endFile(
  port: DrivePort,
  { fileNumber, firstLogicalObject }: FileStart,
  records: number,
): Promise<number> {
  // What was written since the key was lost, if it was, may be plain: no receipt for that.
  await port.confirmWriting('MTWEOF 1');
  const taken = firstLogicalObject === undefined ? records : await countTaken(port, firstLogicalObject, records);
  const end = firstLogicalObject === undefined ? undefined : firstLogicalObject + taken;
  await port.mt('MTWEOF', 1);
  const { blockNumber } = await port.status();
  const stands = await readStanding(port);
  const isBehind = end === undefined || stands.logicalObject === end + 1;
  if (stands.fileNumber === fileNumber + 1 && blockNumber === 0 && isBehind) return taken;
  const place = `file ${stands.fileNumber ?? '?'}, block ${stands.logicalObject ?? '?'}`;
  throw mismatch(port, `stands at ${place} after writing ${taken} records as file ${fileNumber}`);
}

/** Throws PositionMismatchError when another program has moved the tape: a filemark would end the data that was there. */
async function countTaken(port: DrivePort, firstLogicalObject: number, records: number): Promise<number> {
  const stands = await port.transport.tell();
  if (stands === firstLogicalObject + records) return records;
  if (await endedEarly(port, firstLogicalObject, records)) return records - 1;
  // `st` would write its own filemark here before the next rewind or close.
  await forgetWriting(port).catch(() => undefined);
  throw mismatch(port, `stands at block ${stands} instead of ${firstLogicalObject + records}, behind what was written`);
}

function mismatch({ device }: DrivePort, what: string): PositionMismatchError {
  return new PositionMismatchError(what, {
    device,
    operation: 'write',
    next: 'Do not rely on this file: write it again',
  });
}
