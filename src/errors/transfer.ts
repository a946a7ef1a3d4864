import { LtoError, type LtoErrorDetails } from './lto-error.js';

/** The part of a file that is safely on tape. */
export interface SafeExtent {
  /** Whole records on tape, counted from the first record of this file. */
  readonly records: number;
  /** Bytes in those records. */
  readonly bytes: number;
  /** Whether a synchronous filemark follows them: then they are committed to the medium. */
  readonly filemark: boolean;
}

/** Up to where everything is on the medium. */
export interface OnMedium {
  /** All files before the one of this number. */
  readonly fileNumber: number;
  /** All logical objects before this one; undefined where the drive does not tell. */
  readonly logicalObject: number | undefined;
}

/** A file that a write session had given to the drive. */
export interface BufferedFile {
  /** As it was named when it was written. */
  readonly id: string;
  readonly fileNumber: number;
}

/**
 * Files that the drive had taken into its buffer may not be on the medium: the drive failed, was reset, lost its power or
 * its cartridge before they were proven to be there. They have to be written again.
 */
export class BufferedDataLostError extends LtoError {
  readonly lost: readonly BufferedFile[];
  /** Undefined where nothing of the session is known to be on the medium. */
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

/** Nothing is recorded here: reading or spacing went past the last filemark. */
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

/** The file ends without a filemark: its writing was cut off. All records that were read before are good. */
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
 * drive, whose host adapter has a largest transfer.
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
 * A record is larger than the limit for reading or writing. On reading, the tape stands before it; if it was to be the
 * first of a file, nothing was written.
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
  /** From 0 in its file; if it is unknown where in the file reading began, from there. */
  readonly record: number;
  /** Logical object number, as `TapeDrive.locate()` takes it; undefined if the drive does not report it. */
  readonly logicalObject: number | undefined;
}

/** Data was ready and nobody read it: the stream was destroyed to free the drive. */
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

/** The source cannot be read, or changed while it was read; drive and tape are fine. */
export class SourceError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_SOURCE', what, details);
  }
}

/**
 * Logical block protection: a record does not fit its checksum on the way between host and drive, twice in a row (10/01,
 * 10/04, 10/05, or found by the host), or the drive does not protect as it was told. A record that was being written is
 * not on tape; one that was being read is not handed out, and the tape stands before it.
 */
export class ProtectionError extends LtoError {
  /** The record that was read damaged; undefined for every other fault. */
  readonly record: RecordPlace | undefined;
  /** What of the file that was being written is certain; undefined for every other fault. */
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
