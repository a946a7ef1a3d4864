import type { OptionNames } from '../arguments/option-names.js';
import { requireOptions, requireRecord } from '../arguments/options.js';
import type { RecordPlace } from '../errors/index.js';
import { EndOfDataError, UnterminatedFileError } from '../errors/index.js';
import { PARTITION_OPTIONS } from './port/partitions.js';
import type { ReadStreamOptions } from './stream/read/read-options.js';
import type { TapeDrive } from './tape-drive.js';

export interface VerifyTapeOptions extends Pick<ReadStreamOptions, 'keyStore' | 'partition' | 'protection' | 'signal'> {
  /** The drive checks each file itself, by VERIFY(6), without transferring data and without keys. Default false. */
  readonly inDrive?: boolean | undefined;
  /** Called with each file once it has been checked. */
  readonly onFile?: ((file: VerifiedFile) => void) | undefined;
}

const VERIFY_OPTIONS: OptionNames<VerifyTapeOptions> = {
  ...PARTITION_OPTIONS,
  inDrive: true,
  keyStore: true,
  onFile: true,
  protection: true,
};

/** A file that was read to its filemark, by the drive alone or by this machine. */
export interface VerifiedFile {
  readonly fileNumber: number;
  readonly records: number;
  /** Undefined if the drive alone has read it. */
  readonly bytes: number | undefined;
  readonly checksum: string | undefined;
  /** Records that can't be read. */
  readonly bad: readonly RecordPlace[];
}

/** What a cartridge holds, and which records can't be read. */
export interface TapeVerification {
  readonly files: readonly VerifiedFile[];
  readonly badRecords: number;
  /** Number of the last file if it has no filemark: its writing was cut off. */
  readonly unterminated: number | undefined;
}

/**
 * Checks every file of a partition, from the first to the end of the data, and continues after records that can't be
 * read. Rejects as `TapeDrive.verifyFile`, except for bad records and for a last file without a filemark.
 */
export async function verifyTape(drive: TapeDrive, options: VerifyTapeOptions = {}): Promise<TapeVerification> {
  requireRecord('the drive', drive, { operation: 'verify', next: 'Give a TapeDrive' });
  requireOptions(options, { device: drive.device, operation: 'verify' }, VERIFY_OPTIONS);
  const { onFile, inDrive = false, ...each } = options;
  const files: VerifiedFile[] = [];
  let unterminated: number | undefined;
  while (unterminated === undefined) {
    const fileNumber = files.length;
    const file = await verifyOne(drive, inDrive, { ...each, fileNumber }).catch((error: unknown) => {
      if (error instanceof UnterminatedFileError) return 'unterminated' as const;
      if (error instanceof EndOfDataError) return undefined;
      throw error;
    });
    if (file === undefined) break;
    if (file === 'unterminated') unterminated = fileNumber;
    else {
      files.push(file);
      onFile?.(file);
    }
  }
  return { files, badRecords: files.reduce((sum, { bad }) => sum + bad.length, 0), unterminated };
}

async function verifyOne(
  drive: TapeDrive,
  inDrive: boolean,
  { fileNumber, partition, signal, keyStore, protection }: VerifyTapeOptions & { readonly fileNumber: number },
): Promise<VerifiedFile> {
  const onBadRecord = 'skip' as const;
  if (inDrive) {
    const found = await drive.verifyFile({ inDrive, fileNumber, partition, onBadRecord, signal });
    return { fileNumber, records: found.records, bytes: undefined, checksum: undefined, bad: places(found.skipped) };
  }
  const found = await drive.verifyFile({ fileNumber, partition, onBadRecord, signal, keyStore, protection });
  const bad = places(found.skipped);
  // With records missing there is no checksum of the file.
  const checksum = bad.length > 0 ? undefined : found.checksum;
  return { fileNumber, records: found.records + bad.length, bytes: found.bytes, checksum, bad };
}

function places(records: readonly RecordPlace[]): RecordPlace[] {
  return records.map(({ fileNumber, record, logicalObject }) => ({ fileNumber, record, logicalObject }));
}
