import { PositionMismatchError } from '../errors/index.js';
import type { DrivePort } from './drive-port.js';
import type { FileStart } from './start-file.js';

/**
 * Writes the filemark behind `records` records, synchronously: it makes the drive empty its buffer, and only what is
 * before it is certainly on the medium. Throws PositionMismatchError when the tape stands anywhere but behind them, with
 * no filemark written, or anywhere but behind the filemark afterwards; and EncryptionError, with no filemark written,
 * while encryption is asked for and not proven.
 */
export async function endFile(port: DrivePort, { fileNumber, firstBlock }: FileStart, records: number): Promise<void> {
  // What was written since the key was lost, if it was, may be plain: no receipt for that.
  await port.confirmWriting('MTWEOF 1');
  const end = firstBlock === undefined ? undefined : firstBlock + records;
  if (end !== undefined) {
    const before = await port.transport.tell();
    // Another program has moved the tape: a filemark here would end the data of what was there.
    if (before !== end) {
      // `st` would write its own filemark here before the next rewind or close. Spacing over 0 records makes it forget.
      await port.mt('MTFSR', 0).catch(() => undefined);
      throw mismatch(port, `stands at block ${before} instead of ${end}, behind what was written`);
    }
  }
  await port.mt('MTWEOF', 1);
  const status = await port.status();
  const block = end === undefined ? undefined : await port.transport.tell();
  const expected = end === undefined ? undefined : end + 1;
  if (status.fileNumber === fileNumber + 1 && status.blockNumber === 0 && block === expected) return;
  throw mismatch(
    port,
    `stands at file ${status.fileNumber ?? '?'}, block ${block ?? '?'} after writing ${records} records as file ${fileNumber}`,
  );
}

function mismatch({ device }: DrivePort, what: string): PositionMismatchError {
  return new PositionMismatchError(what, {
    device,
    operation: 'write',
    next: 'Do not rely on this file: write it again',
  });
}
