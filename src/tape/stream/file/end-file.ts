import { HardwareError, MediumError, PositionMismatchError } from '../../../errors/index.js';
import { endedEarly, forgetWriting } from '../../motion/medium-end.js';
import { readStanding } from '../../motion/position.js';
import type { DrivePort } from '../../port/drive-port.js';
import type { FileStart } from './start-file.js';

/**
 * Writes a synchronous filemark after `records` records: the drive flushes its buffer, so everything before the
 * filemark is certainly on the medium. Resolves with the number of records before it, which is one less if the medium
 * ended before the last one. Rejects with PositionMismatchError if the tape does not stand after the records (no
 * filemark is written) or, afterwards, after the filemark; and with EncryptionError, without a filemark, while
 * encryption is requested and not confirmed.
 */
export async function endFile(
  port: DrivePort,
  { fileNumber, firstLogicalObject }: FileStart,
  records: number,
): Promise<number> {
  try {
    // If the key was lost, records written since then may be plain: no receipt for them.
    await port.confirmWriting('MTWEOF 1');
  } catch (error) {
    // Records may be missing. `st` would write its own filemark here before the next rewind or close.
    if (error instanceof MediumError || error instanceof HardwareError)
      await forgetWriting(port).catch(() => undefined);
    throw error;
  }
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

/** Rejects with PositionMismatchError if another program moved the tape: a filemark would erase the data after it. */
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
