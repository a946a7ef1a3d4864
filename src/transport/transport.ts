import type * as Binding from '../../binding.js';
import type { Crc32, DriveSetting, MtStatus, RecordOptions, SlabPool } from '../../binding.js';
import type { CallOptions } from '../arguments/options.js';
import type { ScsiRequest } from '../scsi/wire/command.js';
import type { ScsiTransport } from './scsi-transport.js';

export type { DriveSetting };

/** Options of calls that move records. */
export interface RecordCallOptions extends CallOptions, RecordOptions {}

/** Adds the name of the errno value to what stopped records. */
export interface NamedStop {
  /** `ERR_LTO_SHORT_WRITE` for a record that was taken in part; there is no errno value for it. */
  readonly code?: string;
}

export interface WriteOutcome extends Binding.WriteOutcome, NamedStop {}

export interface ReadOutcome extends Binding.ReadOutcome, NamedStop {}

/**
 * Interface to a tape drive, implemented for a real one (`backends/linux`) and for the embedded one
 * (`backends/virtual`).
 *
 * SCSI commands are queries: they never move the tape. Data and motion go through `mt`, `writeRecords` and
 * `readRecords`, so that the driver always knows the position. Rejections are `SystemError`s with the names of errno
 * values; `scsi` resolves with any answer of the drive.
 */
export interface Transport extends ScsiTransport {
  /**
   * Bytes that one read(2) or write(2) is known to carry before any was tried. A larger one may fail with EBUSY, which
   * then does not mean that another process holds the drive.
   */
  readonly maxTransfer: number;

  /** MTIOCTOP with an operation of `mtio.ts`. */
  mt(operation: number, count: number, options?: CallOptions): Promise<void>;
  /** MTIOCGET. */
  status(options?: CallOptions): Promise<MtStatus>;
  /** MTIOCPOS. */
  tell(options?: CallOptions): Promise<number>;
  /** See `Device.writeRecords` in binding.d.ts. */
  writeRecords(
    memory: Uint8Array | readonly Uint8Array[],
    recordSize: number,
    stream: number,
    options?: RecordCallOptions,
  ): Promise<WriteOutcome>;
  /** See `Device.readRecords` in binding.d.ts. */
  readRecords(
    memory: Uint8Array | SlabPool,
    offer: number,
    maxRecords: number,
    stream: number,
    options?: RecordCallOptions,
  ): Promise<ReadOutcome>;
  /** Page-aligned memory for `writeRecords` and `readRecords`. */
  allocate(byteLength: number): Uint8Array;
  /** Memory that `readRecords` hands out and takes back. */
  createPool(slabBytes: number, kept: number): SlabPool;
  /** A checksum that follows the records of `writeRecords` or `readRecords`; `crc32` by default. */
  createCrc32(algorithm?: 'crc32' | 'crc32c'): Crc32;
  /**
   * Has a command with data out sent when the process ends without `close()`, as far as it can be; undefined for none. It
   * takes back what was set in the drive: there is one for each setting.
   * A transport whose drive ends with the process has no need of it.
   */
  atExit?(setting: DriveSetting, command: ScsiRequest | undefined): Promise<void>;
  /**
   * Closes and opens the tape node, so that the driver looks at the cartridge again: `st` remembers from open whether
   * there is one and whether it is write-protected.
   */
  reopen(): Promise<void>;
}
