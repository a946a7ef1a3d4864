import type { Preparation } from '../label/prepare.js';
import type { ArchiveRecording } from '../record/recording.js';
import { type ArchiveReceipt, partRecords } from './archive.js';

/** What writing an archive calls, so that it is recorded. */
export interface Recorded {
  /** Once drive, cartridge and end of the data are proven: what is recorded behind it is no longer there. */
  readonly begin: (at: Preparation) => Promise<void>;
  /** With the receipt; resolves with it, and what the catalogue said. */
  readonly record: (receipt: ArchiveReceipt) => Promise<ArchiveReceipt>;
}

/** Writes an archive, and records it before, with its receipt, or as lost. */
export async function recorded(
  recording: ArchiveRecording | undefined,
  write: (hooks: Recorded) => Promise<ArchiveReceipt>,
): Promise<ArchiveReceipt> {
  if (recording === undefined) return write({ begin: async () => undefined, record: async (receipt) => receipt });
  let isOnTape = false;
  const begin = ({ identity: cartridge, nextFile: fileNumber, ...prepared }: Preparation) =>
    recording.begin({ ...prepared, cartridge, fileNumber });
  const record = async (receipt: ArchiveReceipt) => {
    isOnTape = true;
    const catalogued = await recording.end('durable', partRecords(receipt), receipt.totalChecksum);
    return catalogued === undefined ? receipt : { ...receipt, catalogued };
  };
  try {
    return await write({ begin, record });
  } catch (error) {
    if (!isOnTape) await recording.fail();
    throw error;
  }
}
