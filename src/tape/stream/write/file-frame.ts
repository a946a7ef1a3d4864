import type { DrivePort } from '../../port/drive-port.js';
import type { Checksum } from '../file/checksum.js';
import type { TapeReceipt } from '../file/receipt.js';
import { type FileStart, type StartOptions, startFile } from '../file/start-file.js';
import { commitFile } from './commit-file.js';
import type { OpenFile } from './write-failure.js';

/** How a file begins and ends on tape; both run while the tape is leased. */
export interface FileFrame {
  start(port: DrivePort, recordSize: number, options: StartOptions): Promise<FileStart>;
  /** All records are written. */
  end(file: OpenFile, checksum: Checksum | undefined): Promise<TapeReceipt>;
}

/** A single file: begins without prior knowledge, and is on the medium when it has ended. */
export const SINGLE_FILE: FileFrame = { start: startFile, end: commitFile };
