import { PositionMismatchError } from '../errors/index.js';
import type { DrivePort } from './drive-port.js';
import type { FileStart } from './start-file.js';

/**
 * Writes the filemark behind `records` records, synchronously: it makes the drive empty its buffer, and only what is
 * before it is certainly on the medium. Throws PositionMismatchError when the tape then stands anywhere but behind it,
 * and EncryptionError, with no filemark written, while encryption is asked for and not proven.
 */
export async function endFile(port: DrivePort, { fileNumber, firstBlock }: FileStart, records: number): Promise<void> {
  // What was written since the key was lost, if it was, may be plain: no receipt for that.
  await port.confirmWriting('MTWEOF 1');
  await port.mt('MTWEOF', 1);
  const status = await port.status();
  const block = firstBlock === undefined ? undefined : await port.transport.tell();
  const expected = firstBlock === undefined ? undefined : firstBlock + records + 1;
  if (status.fileNumber === fileNumber + 1 && status.blockNumber === 0 && block === expected) return;
  throw new PositionMismatchError(
    `stands at file ${status.fileNumber ?? '?'}, block ${block ?? '?'} after writing ${records} records as file ${fileNumber}`,
    { device: port.device, operation: 'write', next: 'Do not rely on this file: write it again' },
  );
}
