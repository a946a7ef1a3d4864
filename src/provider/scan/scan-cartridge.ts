import { LARGEST_COUNT, requireNumbers } from '../../arguments/number.js';
import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireCallback, requireOptions } from '../../arguments/options.js';
import { EndOfDataError, InvalidArgumentError, MediumError } from '../../errors/index.js';
import { type KeyStore, requireKeyStore } from '../../keys/key-store.js';
import type { TapeEnd } from '../../tape/motion/end-of-data.js';
import { FILE_NUMBERS } from '../../tape/motion/motion.js';
import { TapeDrive } from '../../tape/tape-drive.js';
import { type ScanDepth, scanFile } from './scan-file.js';
import type { ScannedFile } from './scanned-file.js';

export interface ScanOptions extends CallOptions {
  /** Where keys of encrypted files are looked up by the name on the tape. Without its key, a file is only counted. */
  readonly keyStore?: KeyStore | undefined;
  /** Read every file to its end, for its size and checksum. Default: only its beginning, and of a tar archive the headers. */
  readonly whole?: boolean | undefined;
  /** Whether the members of tar archives are listed. Default: true. */
  readonly members?: boolean | undefined;
  /** Content of members that is longer, in bytes, is passed and not read. Default 256 MiB, as much as a drive reads while it locates. */
  readonly passFrom?: number | undefined;
  /** First file to look at. Default 0. */
  readonly from?: number | undefined;
  /** Last file to look at. Default: all there are. */
  readonly upTo?: number | undefined;
  /** Called with each file once it is known. */
  readonly onFile?: ((file: ScannedFile) => void) | undefined;
}

const SCAN_OPTIONS: OptionNames<ScanOptions> = {
  ...CALL_OPTIONS,
  keyStore: true,
  whole: true,
  members: true,
  passFrom: true,
  from: true,
  upTo: true,
  onFile: true,
};

/** What is on a cartridge. */
export interface CartridgeScan {
  readonly files: readonly ScannedFile[];
  /** `more`: `upTo` was reached. `unreadable`: the drive cannot go on behind the last file here, and there may be more. */
  readonly end: TapeEnd | 'unreadable' | 'more';
}

export const PASS_RANGE = { min: 1, max: LARGEST_COUNT, unit: 'bytes' };
const RANGES = {
  passFrom: PASS_RANGE,
  from: FILE_NUMBERS,
  upTo: FILE_NUMBERS,
};
const PASS_FROM = 256 * 2 ** 20;

/**
 * Looks at a cartridge that nothing is known of, file by file: what each is, how long, and of tar archives the members. Only
 * what is needed is read. What cannot be read is told in its place and does not end the scan. The tape is never written; it
 * then stands at the end of the data.
 */
export async function scanCartridge(drive: TapeDrive, options: ScanOptions = {}): Promise<CartridgeScan> {
  const details = { operation: 'scan' };
  if (!(drive instanceof TapeDrive)) throw new InvalidArgumentError('a scan takes an open TapeDrive', details);
  requireOptions(options, { ...details, device: drive.device }, SCAN_OPTIONS);
  requireNumbers(options, RANGES, details);
  requireCallback('onFile', options.onFile, details);
  if (options.keyStore !== undefined) requireKeyStore(options.keyStore, details);
  return new Scan(drive, options).run();
}

class Scan {
  readonly #drive: TapeDrive;
  readonly #options: ScanOptions;
  readonly #depth: ScanDepth;
  readonly #files: ScannedFile[] = [];

  constructor(drive: TapeDrive, options: ScanOptions) {
    const { whole = false, members = true, passFrom = PASS_FROM } = options;
    this.#drive = drive;
    this.#options = options;
    this.#depth = { whole, members, passFrom };
  }

  async run(): Promise<CartridgeScan> {
    const { from = 0, upTo, signal } = this.#options;
    try {
      await this.#drive.locateFile(from, { signal });
    } catch (error) {
      if (error instanceof EndOfDataError) return { files: [], end: 'filemark' };
      throw error;
    }
    for (let fileNumber = from; ; fileNumber += 1) {
      const file = await this.#scan(fileNumber);
      if (file === undefined) return { files: this.#files, end: fileNumber === 0 ? 'blank' : 'filemark' };
      const next = await this.#goBehind(file);
      this.#files.push(next.file);
      this.#options.onFile?.(next.file);
      if (next.end !== undefined) return { files: this.#files, end: next.end };
      if (fileNumber === upTo) return { files: this.#files, end: 'more' };
    }
  }

  async #scan(fileNumber: number): Promise<ScannedFile | undefined> {
    const { keyStore, signal } = this.#options;
    const firstLogicalObject = await this.#drive.logicalObject({ signal });
    return scanFile(this.#drive, { fileNumber, firstLogicalObject }, this.#depth, { keyStore, signal });
  }

  /** Goes to the next file, which tells the records of this one. */
  async #goBehind(
    file: ScannedFile,
  ): Promise<{ readonly file: ScannedFile; readonly end?: CartridgeScan['end'] | undefined }> {
    const { fileNumber, firstLogicalObject } = file;
    if (file.state === 'unterminated') return { file, end: 'unterminated' };
    try {
      await this.#toFile(fileNumber + 1);
    } catch (error) {
      if (error instanceof EndOfDataError) {
        const end = await this.#drive.logicalObject();
        return {
          file: { ...file, state: 'unterminated', records: recordsOf(file, firstLogicalObject, end) },
          end: 'unterminated',
        };
      }
      if (error instanceof MediumError) return { file, end: 'unreadable' };
      throw error;
    }
    const next = await this.#drive.logicalObject();
    return {
      file: { ...file, records: recordsOf(file, firstLogicalObject, next === undefined ? undefined : next - 1) },
    };
  }

  /** Forwards from where the tape stands: the driver would go there from the beginning after a LOCATE. */
  async #toFile(fileNumber: number): Promise<void> {
    const { signal } = this.#options;
    const { logicalFile } = await this.#drive.position({ signal }).catch(() => ({ logicalFile: undefined }));
    if (logicalFile === fileNumber) return;
    if (logicalFile === fileNumber - 1) await this.#drive.spaceFiles(1, { signal });
    else await this.#drive.locateFile(fileNumber, { signal });
  }
}

/** `end`: logical object number behind the last record. */
function recordsOf({ records }: ScannedFile, first: number | undefined, end: number | undefined): number | undefined {
  return first === undefined || end === undefined ? records : end - first;
}
