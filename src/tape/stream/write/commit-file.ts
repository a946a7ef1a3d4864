import { VerificationError } from '../../../errors/index.js';
import { protectionBytes } from '../../../scsi/protection/methods.js';
import type { Checksum } from '../file/checksum.js';
import { endFile } from '../file/end-file.js';
import type { IncompleteFile, TapeReceipt } from '../file/receipt.js';
import { refusedRecord, takesRecord } from '../file/start-file.js';
import { explainUnended, extentOf, fullTape, type OpenFile } from './write-failure.js';

/** The last record has the length of the rest of the source: some drives do not accept every length. */
export function requireLastRecord({ port, start: { limits } }: OpenFile, length: number): void {
  if (length === 0 || limits === undefined || takesRecord(limits, length)) return;
  throw refusedRecord(port.device, limits, length);
}

/** No receipt for fewer or more bytes than were received. */
export function requireAllWritten({ port, writer }: OpenFile, given: number): void {
  if (given === writer.bytes) return;
  throw new VerificationError(`${given} bytes were received, but ${writer.bytes} are on tape`, {
    device: port.device,
    operation: 'write',
    next: 'Write it again, as a new file',
  });
}

/** Writes the filemark after the last record of a file; resolves with its receipt. */
export async function commitFile(file: OpenFile, checksum: Checksum | undefined): Promise<TapeReceipt> {
  const { port, start, writer } = file;
  const { records } = writer;
  try {
    const taken = await endFile(port, start, records);
    if (taken < records) throw fullTape(port, extentOf(file, taken));
  } catch (reason) {
    throw await explainUnended(file, reason);
  }
  return receiptOf(file, checksum);
}

/** For a file that has its filemark. */
export function receiptOf(file: OpenFile, checksum: Checksum | undefined): TapeReceipt {
  const { port, start, recordSize, writer } = file;
  const { records, bytes } = writer;
  const { fileNumber, firstLogicalObject, protection } = start;
  if (bytes >= recordSize) port.path.carry(recordSize + protectionBytes(protection));
  return { fileNumber, firstLogicalObject, records, bytes, recordSize, checksum: checksum?.digest(), protection };
}

/** Closes an abandoned file with a filemark after the written records. Rejects as `commitFile` does. */
export async function closeIncomplete(file: OpenFile): Promise<IncompleteFile> {
  const { port, start, writer } = file;
  try {
    const { records, bytes } = extentOf(file, await endFile(port, start, writer.records));
    return { fileNumber: start.fileNumber, records, bytes };
  } catch (reason) {
    throw await explainUnended(file, reason);
  }
}
