import { LtoError, type LtoErrorDetails } from './lto-error.js';

/** The part of a file that is safely on tape. */
export interface SafeExtent {
  /** Number of whole records of this file on tape. */
  readonly records: number;
  /** Number of bytes in those records. */
  readonly bytes: number;
  /** Whether a synchronous filemark follows them, so that they are committed to the medium. */
  readonly filemark: boolean;
}

/** The extent that is certainly on the medium. */
export interface OnMedium {
  /** All files before this number are on the medium. */
  readonly fileNumber: number;
  /** All logical objects before this one are on the medium; undefined if the drive does not report it. */
  readonly logicalObject: number | undefined;
}

/** A file that a write session passed to the drive. */
export interface BufferedFile {
  /** Its `id` when it was written. */
  readonly id: string;
  readonly fileNumber: number;
}

/**
 * Files in the drive's buffer may not have reached the medium: the drive failed, was reset, or lost power or its
 * cartridge before they were verified to be there. Write them again.
 */
export class BufferedDataLostError extends LtoError {
  readonly lost: readonly BufferedFile[];
  /** Undefined if nothing of the session is known to be on the medium. */
  readonly safe: OnMedium | undefined;
  constructor(
    what: string,
    details: LtoErrorDetails & { readonly lost: readonly BufferedFile[]; readonly safe: OnMedium | undefined },
  ) {
    super('LTO_BUFFERED_DATA_LOST', what, details);
    this.lost = details.lost;
    this.safe = details.safe;
  }
}

/** The tape is full. */
export class EndOfMediumError extends LtoError {
  readonly safe: SafeExtent;
  constructor(what: string, details: LtoErrorDetails & { readonly safe: SafeExtent }) {
    super('LTO_END_OF_MEDIUM', what, details);
    this.safe = details.safe;
  }
}

/** A write failed; `safe` has what is certainly on tape. */
export class WriteError extends LtoError {
  readonly safe: SafeExtent;
  /** The file that is left incomplete on tape, if known. */
  readonly fileNumber: number | undefined;
  constructor(
    what: string,
    details: LtoErrorDetails & { readonly safe: SafeExtent; readonly fileNumber?: number | undefined },
  ) {
    super('LTO_WRITE_FAILED', what, details);
    this.safe = details.safe;
    this.fileNumber = details.fileNumber;
  }
}

/** Nothing is recorded here: reading or spacing reached the end of the data. */
export class EndOfDataError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_END_OF_DATA', what, details);
  }
}

/** The beginning of the partition was reached while spacing backwards. */
export class BeginningOfPartitionError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_BEGINNING_OF_PARTITION', what, details);
  }
}

/** The file ends without a filemark because writing was interrupted. All records read before are good. */
export class UnterminatedFileError extends LtoError {
  readonly records: number;
  readonly bytes: number;
  constructor(what: string, details: LtoErrorDetails & { readonly records: number; readonly bytes: number }) {
    super('LTO_UNTERMINATED_FILE', what, details);
    this.records = details.records;
    this.bytes = details.bytes;
  }
}

/**
 * What limits the size of a record: the caller's `maxRecordSize`, the drive's READ BLOCK LIMITS, or the path to the
 * drive (the host adapter's largest transfer).
 */
export type RecordLimit = 'maxRecordSize' | 'READ BLOCK LIMITS' | 'path';

/** The record size tried, the largest possible, and the limit. */
export interface RecordSizes {
  /** Bytes of the transfer that was too small or refused; 0 if unknown. */
  readonly offered: number;
  /** Bytes of the largest possible record; 0 if unknown. */
  readonly largest: number;
  readonly limit: RecordLimit;
}

/**
 * A record is larger than the limit for reading or writing. On reading, the tape stands before it. If it was to be the
 * first record of a file, nothing was written.
 */
export class RecordTooLargeError extends LtoError implements RecordSizes {
  readonly offered: number;
  readonly largest: number;
  readonly limit: RecordLimit;
  constructor(what: string, details: LtoErrorDetails & RecordSizes) {
    super('LTO_RECORD_TOO_LARGE', what, details);
    this.offered = details.offered;
    this.largest = details.largest;
    this.limit = details.limit;
  }
}

/** The place of a record on tape. */
export interface RecordPlace {
  /** Undefined if neither drive nor driver reports it. */
  readonly fileNumber: number | undefined;
  /** Record number from 0 in its file; counted from where reading began if that place in the file is unknown. */
  readonly record: number;
  /** Logical object number, as `TapeDrive.locate()` takes it; undefined if the drive does not report it. */
  readonly logicalObject: number | undefined;
}

/** Data was ready but not read for too long: the stream was destroyed to free the drive. */
export class ReaderIdleError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_READER_IDLE', what, details);
  }
}

/** The medium could not be read or written here (sense key 3, or EIO without sense data). */
export class MediumError extends LtoError {
  /** The unreadable record; the tape stands before it. Undefined for other faults. */
  readonly record: RecordPlace | undefined;
  constructor(what: string, details?: LtoErrorDetails & { readonly record?: RecordPlace | undefined }) {
    super('LTO_MEDIUM_ERROR', what, details);
    this.record = details?.record;
  }
}

/** The source cannot be read, or changed while it was read. Drive and tape are not at fault. */
export class SourceError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_SOURCE', what, details);
  }
}

/**
 * Logical block protection: a record did not match its checksum between host and drive, twice in a row (10/01, 10/04,
 * 10/05, or detected by the host), or the drive does not protect as requested. A record being written is not on tape;
 * one being read is not delivered, and the tape stands before it.
 */
export class ProtectionError extends LtoError {
  /** The record that was damaged while reading; undefined for other faults. */
  readonly record: RecordPlace | undefined;
  /** The certain part of the file being written; undefined for other faults. */
  readonly safe: SafeExtent | undefined;
  constructor(
    what: string,
    details?: LtoErrorDetails & { readonly record?: RecordPlace | undefined; readonly safe?: SafeExtent | undefined },
  ) {
    super('LTO_PROTECTION', what, details);
    this.record = details?.record;
    this.safe = details?.safe;
  }
}
