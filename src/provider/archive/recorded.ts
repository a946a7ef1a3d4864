import type { ArchiveRecording } from '../record/recording.js';
import { type ArchiveReceipt, partRecords } from './archive.js';
import type { Place } from './places.js';

/** Records a receipt; resolves with it, and what the catalogue said. */
export type RecordReceipt = (receipt: ArchiveReceipt) => Promise<ArchiveReceipt>;

/**
 * Writes an archive, and records it before, with its receipt, for which `write` calls what it is given, or as lost.
 */
export async function recorded(
  recording: ArchiveRecording | undefined,
  { preparation }: Pick<Place, 'preparation'>,
  write: (record: RecordReceipt) => Promise<ArchiveReceipt>,
): Promise<ArchiveReceipt> {
  if (recording === undefined) return write(async (receipt) => receipt);
  const { identity: cartridge, nextFile: fileNumber, ...prepared } = preparation;
  await recording.begin({ ...prepared, cartridge, fileNumber });
  let isOnTape = false;
  try {
    return await write(async (receipt) => {
      isOnTape = true;
      const catalogued = await recording.end('durable', partRecords(receipt), receipt.totalChecksum);
      return catalogued === undefined ? receipt : { ...receipt, catalogued };
    });
  } catch (error) {
    if (!isOnTape) await recording.fail();
    throw error;
  }
}
