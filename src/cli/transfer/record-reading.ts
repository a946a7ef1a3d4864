import type { Catalogue } from '../../catalogue/index.js';
import {
  compareReadings,
  type Difference,
  type ReadFile,
  readingChanges,
} from '../../catalogue/tape/compare-readings.js';
import { LtoError, VerificationError } from '../../errors/index.js';
import type { KeyStore } from '../../keys/key-store.js';
import { failedReading } from '../../provider/record/file-reading.js';
import type { ReadSummary } from '../../tape/stream/read/read-stream.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { warn } from '../output/notes.js';
import { knownCartridge } from './cartridge-names.js';

/** A cartridge whose files are compared with what the catalogue has of them. */
export interface Compared {
  readonly catalogue: Catalogue;
  /** Of its label. */
  readonly cartridge: string;
}

/**
 * Finds out whose files will be read, for which the tape moves to its label. Undefined where there is no catalogue, and with
 * a warning for a cartridge without a label.
 */
export async function comparedCartridge(
  drive: TapeDrive,
  catalogue: Catalogue | undefined,
  keyStore?: KeyStore,
): Promise<Compared | undefined> {
  if (catalogue === undefined) return undefined;
  const { identity: cartridge, unlabelled } = await knownCartridge(drive, keyStore);
  if (cartridge !== undefined) return { catalogue, cartridge };
  warn(`not compared with the catalogue: ${unlabelled?.message ?? 'the cartridge has no label'}`);
  return undefined;
}

/**
 * Compares files with what is recorded of them, and tells the catalogue. `areAll`: the cartridge has no others. A catalogue
 * that fails is only reported.
 */
export async function recordReadings(
  compared: Compared | undefined,
  files: readonly ReadFile[],
  areAll: boolean,
): Promise<readonly Difference[] | undefined> {
  if (compared === undefined) return undefined;
  const { catalogue, cartridge } = compared;
  const readings = { cartridge, files, areAll };
  let differences: readonly Difference[] | undefined;
  try {
    differences = await compareReadings(catalogue, readings);
    await catalogue.apply(readingChanges(readings, differences));
  } catch (error) {
    if (!(error instanceof LtoError)) throw error;
    const what = differences === undefined ? 'compared with' : 'recorded in';
    warn(`not ${what} the catalogue: ${error.message}`);
  }
  return differences;
}

/**
 * Reads one file; the catalogue is also told that it is bad. Rejects with VerificationError if it is another one than the
 * catalogue has.
 */
export async function recordedReading(
  compared: Compared | undefined,
  fileNumber: number,
  read: () => Promise<ReadSummary>,
): Promise<ReadSummary> {
  const summary = await read().catch(async (error: unknown) => {
    const failed = failedReading(error);
    if (failed !== undefined) await recordReadings(compared, [{ fileNumber, ...failed }], false);
    throw error;
  });
  const { records, bytes, checksum } = summary;
  const differences = await recordReadings(compared, [{ fileNumber, records, bytes, checksum }], false);
  const [difference] = differences ?? [];
  if (difference === undefined) return summary;
  throw new VerificationError(`the file differs from the catalogue: ${differenceText(difference)}`, {
    device: compared?.cartridge,
    operation: 'verify',
    next: 'If the cartridge was written elsewhere, run lto catalogue reconcile --verify',
    checksum,
  });
}

/** `file 3, checksum: crc32:… is recorded, and crc32:… is on the tape`. */
export function differenceText({ fileNumber, what, recorded, found }: Difference): string {
  if (what === 'missing') return `file ${fileNumber} is recorded, and not on the tape`;
  return `file ${fileNumber}, ${what}: ${recorded} is recorded, and ${found} is on the tape`;
}
