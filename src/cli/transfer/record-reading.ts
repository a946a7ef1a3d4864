import type { Catalogue } from '../../catalogue/index.js';
import { LtoError } from '../../errors/index.js';
import { type FileReading, failedReading } from '../../provider/record/file-reading.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { note } from '../output/notes.js';
import { cartridgeNames } from './cartridge-names.js';

/** A file that was read to be compared. */
export interface ReadFile extends FileReading {
  readonly fileNumber: number;
}

/** Tells the catalogue, if there is one, what was read. A failure to record it is only reported on stderr. */
export async function recordReadings(
  drive: TapeDrive,
  catalogue: Catalogue | undefined,
  files: readonly ReadFile[],
): Promise<void> {
  if (catalogue === undefined) return;
  try {
    const { cartridge } = await cartridgeNames(drive);
    if (cartridge === undefined) note('not recorded in the catalogue: the cartridge has no name in its memory');
    else await catalogue.apply(files.map((file) => ({ type: 'reading', cartridge, at: Date.now(), ...file })));
  } catch (error) {
    if (!(error instanceof LtoError)) throw error;
    note(`not recorded in the catalogue: ${error.message}`);
  }
}

/** Reads one file; the catalogue is also told that it is bad. */
export async function recordedReading<T extends { readonly checksum: string | undefined }>(
  drive: TapeDrive,
  catalogue: Catalogue | undefined,
  fileNumber: number,
  read: () => Promise<T>,
): Promise<T> {
  try {
    const summary = await read();
    await recordReadings(drive, catalogue, [{ fileNumber, checksum: summary.checksum }]);
    return summary;
  } catch (error) {
    const failed = failedReading(error);
    if (failed !== undefined) await recordReadings(drive, catalogue, [{ fileNumber, ...failed }]);
    throw error;
  }
}
