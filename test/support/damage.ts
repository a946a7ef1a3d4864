import { open } from 'node:fs/promises';
import { badRecord, recordFrame } from '../../src/virtual/cartridge/tap-format.js';

/**
 * Marks records of an image of SIMH's format as ones that could not be read, as a medium that has been damaged for good:
 * the image holds records of one length from its beginning to the last of `records`.
 */
export async function damageRecords(image: string, length: number, records: readonly number[]): Promise<void> {
  const { header, trailer } = recordFrame(length);
  const span = header.length + length + trailer.length;
  const word = Buffer.alloc(4);
  word.writeUInt32LE(badRecord(length));
  const file = await open(image, 'r+');
  try {
    for (const record of records) {
      await file.write(word, 0, word.length, record * span);
      await file.write(word, 0, word.length, (record + 1) * span - word.length);
    }
  } finally {
    await file.close();
  }
}
