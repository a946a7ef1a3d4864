import type { ArchiveRecording } from '../record/recording.js';
import { type ArchiveReceipt, partRecords } from './archive.js';
import type { Place } from './places.js';

/** Writes an archive, and records it before, with its receipt, or as lost. Leaves the place if nothing is written. */
export async function recorded(
  recording: ArchiveRecording | undefined,
  { preparation }: Pick<Place, 'preparation'>,
  write: () => Promise<ArchiveReceipt>,
): Promise<ArchiveReceipt> {
  if (recording === undefined) return write();
  const { identity: cartridge, nextFile: fileNumber, ...prepared } = preparation;
  await recording.begin({ ...prepared, cartridge, fileNumber });
  try {
    const receipt = await write();
    return { ...receipt, catalogued: await recording.end('durable', partRecords(receipt), receipt.totalChecksum) };
  } catch (error) {
    await recording.fail();
    throw error;
  }
}
