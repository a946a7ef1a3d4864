import { LtoError, type LtoErrorDetails } from './lto-error.js';

/** An argument that can never be right: a wrong record size, an index out of range. Nothing was sent to the drive. */
export class InvalidArgumentError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_INVALID_ARGUMENT', what, details);
  }
}

/** The native addon could not be loaded; virtual drives work all the same. */
export class AddonUnavailableError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_ADDON_UNAVAILABLE', what, details);
  }
}

/** There is no such device node, virtual drive or drive behind it. */
export class DeviceNotFoundError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_DEVICE_NOT_FOUND', what, details);
  }
}

/** The device is something else than a sequential-access device; nothing but INQUIRY was sent to it. */
export class NotATapeDriveError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_NOT_A_TAPE_DRIVE', what, details);
  }
}

/** The operating system refuses; the message names the group or the capability that is missing. */
export class PermissionError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_PERMISSION', what, details);
  }
}

/** Somebody else holds the drive. */
export class DriveBusyError extends LtoError {
  /** Process that holds the drive, when it can be known. */
  readonly holder: number | undefined;
  constructor(what: string, details?: LtoErrorDetails & { readonly holder?: number | undefined }) {
    super('LTO_DRIVE_BUSY', what, details);
    this.holder = details?.holder;
  }
}

/** This handle was closed, or the operation was overtaken by `close()`. */
export class DriveClosedError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_DRIVE_CLOSED', what, details);
  }
}

/** There is no cartridge in the drive, or it is not loaded. */
export class NoMediumError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_NO_MEDIUM', what, details);
  }
}

/** The drive will be ready later: it loads, calibrates, formats or erases. Wait and try again. */
export class NotReadyError extends LtoError {
  /** 0 to 1, when the drive tells. */
  readonly progress: number | undefined;
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_NOT_READY', what, details);
    this.progress = details?.sense?.progress;
  }
}

/** The cartridge may have been changed (unit attention 28h): what was known of it is void. Identify it again. */
export class MediumChangedError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_MEDIUM_CHANGED', what, details);
  }
}

/** The drive was reset or lost its position: rewind or locate before the next transfer. */
export class PositionLostError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_POSITION_LOST', what, details);
  }
}

/** The position is not the one that was expected: nothing more is written until it is known again. */
export class PositionMismatchError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_POSITION_MISMATCH', what, details);
  }
}

/** What forbids writing: split by what helps. */
export type WriteProtectionReason =
  /** The switch on the cartridge, or another protection that its user set (7/27/00, 7/27/01, 7/5A/02). */
  | 'switch'
  /** The cartridge itself is marked as protected, for good or until it is formatted (7/27/04, 7/27/05). */
  | 'permanent'
  /** The drive or its configuration refuses for this cartridge or this host (7/27/02, 7/27/03, 7/27/06). */
  | 'software'
  /** The drive reads this format, and does not write it (7/30/05, or no writable density). */
  | 'read-only-format'
  | 'cleaning-cartridge'
  /** Write-once media: what is recorded can't be changed, appending is allowed (7/30/0C, 7/30/0D). */
  | 'worm'
  /** The drive is set to append only (WRITE MODE of mode page 10h subpage 01h), on media that could be rewritten. */
  | 'append-only'
  /** The driver learnt at loading that the drive refuses to write; the drive itself tells no reason. */
  | 'driver'
  /** The device was opened for reading only. */
  | 'opened-for-reading'
  /** The provider's configuration. */
  | 'configuration'
  /** The drive refuses and tells no reason. */
  | 'unknown';

/** The cartridge, the switch on it, WORM or the way the drive was opened forbids writing; `reason` tells which. */
export class WriteProtectedError extends LtoError {
  /** The first of `reasons`. */
  readonly reason: WriteProtectionReason;
  /** All that is known to forbid it. */
  readonly reasons: readonly WriteProtectionReason[];
  constructor(
    what: string,
    details: LtoErrorDetails & {
      readonly reason: WriteProtectionReason;
      readonly reasons?: readonly WriteProtectionReason[] | undefined;
    },
  ) {
    super('LTO_WRITE_PROTECTED', what, details);
    this.reason = details.reason;
    this.reasons = details.reasons ?? [details.reason];
  }
}

/** What of a file is safely on tape. */
export interface SafeExtent {
  /** Whole records on tape, counted from the first record of this file. */
  readonly records: number;
  /** Bytes in those records. */
  readonly bytes: number;
  /** Whether a filemark follows them, written synchronously: then they are committed to the medium. */
  readonly filemark: boolean;
}

/** The tape is full. */
export class EndOfMediumError extends LtoError {
  readonly safe: SafeExtent;
  constructor(what: string, details: LtoErrorDetails & { readonly safe: SafeExtent }) {
    super('LTO_END_OF_MEDIUM', what, details);
    this.safe = details.safe;
  }
}

/** A write failed; `safe` tells what is certain. */
export class WriteError extends LtoError {
  readonly safe: SafeExtent;
  /** The file that is left incomplete on tape, when it is known. */
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

/** The beginning of the partition was met while spacing backwards. */
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
 * What bounds the size of a record: the caller's own `maxRecordSize`, what the drive tells by READ BLOCK LIMITS, or the
 * path to it, whose host adapter carries only so much in one transfer.
 */
export type RecordLimit = 'maxRecordSize' | 'READ BLOCK LIMITS' | 'path';

/** How large a record was tried, how large one may be, and why. */
export interface RecordSizes {
  /** Bytes of the transfer that was not enough, or was refused; 0 where that is not known. */
  readonly offered: number;
  /** Bytes of the largest record that goes; 0 where that is not known. */
  readonly largest: number;
  readonly limit: RecordLimit;
}

/**
 * A record is larger than what may be, or can be, read or written. When it was being read, the tape stands before it;
 * when it was to be the first of a file, nothing was written.
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

/** Which record of a tape. */
export interface RecordPlace {
  /** Undefined where neither drive nor driver tells. */
  readonly fileNumber: number | undefined;
  /** From 0, in its file; where nobody knows how far into the file reading began, from there. */
  readonly record: number;
  /** Logical object number, to which `TapeDrive.locate()` goes; undefined where the drive doesn't tell. */
  readonly logicalObject: number | undefined;
}

/** Nobody read what the drive has ready: the stream was destroyed, so that others can have the drive. */
export class ReaderIdleError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_READER_IDLE', what, details);
  }
}

/** The medium could not be read or written here (sense key 3, or EIO without more). */
export class MediumError extends LtoError {
  /** The record that can't be read, before which the tape stands; undefined for every other fault. */
  readonly record: RecordPlace | undefined;
  constructor(what: string, details?: LtoErrorDetails & { readonly record?: RecordPlace | undefined }) {
    super('LTO_MEDIUM_ERROR', what, details);
    this.record = details?.record;
  }
}

/** The drive itself is at fault (sense key 4). */
export class HardwareError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_HARDWARE_ERROR', what, details);
  }
}

/** The drive does not know the command, the page or the field (sense key 5). */
export class IllegalRequestError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_ILLEGAL_REQUEST', what, details);
  }
}

/** Keys and encryption: no key, wrong key, or a block that is not encrypted as it should be (7/74, 7/EF). */
export class EncryptionError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_ENCRYPTION', what, details);
  }
}

/** The key of what is to be read or written is missing, or it is not the one that the data was encrypted with. */
export class EncryptionKeyError extends LtoError {
  /** Identifier of the key that is wanted; undefined where the tape tells none. */
  readonly keyId: string | undefined;
  constructor(what: string, details: LtoErrorDetails & { readonly keyId: string | undefined }) {
    super('LTO_ENCRYPTION_KEY', what, details);
    this.keyId = details.keyId;
  }
}

/** Why a key store can't be used: split by what helps. */
export type KeyStoreReason =
  /** There is none at that place, or no such key in it. */
  | 'missing'
  /** Others than its owner may read or replace the file. */
  | 'exposed'
  /** The passphrase is another, or the file was changed: which of the two cannot be told. */
  | 'locked'
  /** It is no key store, or one of a later version. */
  | 'malformed'
  /** Another process writes it and does not end. */
  | 'busy'
  /** A key with that identifier is there already. */
  | 'exists'
  /** The file system, or the service that keeps the keys, refused. */
  | 'failed';

/** The place where keys are kept can't be used. Nothing in it tells a key or a passphrase. */
export class KeyStoreError extends LtoError {
  readonly reason: KeyStoreReason;
  constructor(what: string, details: LtoErrorDetails & { readonly reason: KeyStoreReason }) {
    super('LTO_KEY_STORE', what, details);
    this.reason = details.reason;
  }
}

/** The command never got an answer: timeout, reset, cable, host adapter. The drive's state is not known. */
export class TransportError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_TRANSPORT', what, details);
  }
}

/** The drive's answer is shorter or other than the standard allows. */
export class MalformedResponseError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_MALFORMED_RESPONSE', what, details);
  }
}

/** What was set or written does not read back the same. */
export class VerificationError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_VERIFICATION_FAILED', what, details);
  }
}

/** What was to be written can't be read, or changed while it was read: the drive and the tape are well. */
export class SourceError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_SOURCE', what, details);
  }
}

/** The tape holds data that the operation would destroy, and nobody said that it may. */
export class NotBlankError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_NOT_BLANK', what, details);
  }
}

/** File 0 holds no cartridge label, or one that can't be read. */
export class LabelError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_LABEL', what, details);
  }
}

/** Why an archive was not extracted or listed to its end: split by what helps. */
export type ArchiveReason =
  /** It ends early: another copy may be whole. */
  | 'cut'
  /** It is no archive, or not as its format says. */
  | 'damaged'
  /** It holds what is named in the message and is not done here: another program may. */
  | 'unsupported'
  /** A member leads out of the folder, through a link, or is a device that nobody asked for. */
  | 'unsafe'
  /** The file system refused; `errno` says why. */
  | 'failed';

/** What an extraction has made before it stopped. */
export interface ExtractedSoFar {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
}

/** An archive can't be extracted or listed to its end. What was extracted before stays. */
export class ArchiveError extends LtoError {
  readonly reason: ArchiveReason;
  /** Name of the member at which it stopped, when it is known. */
  readonly member: string | undefined;
  readonly extracted: ExtractedSoFar | undefined;
  constructor(
    what: string,
    details: LtoErrorDetails & {
      readonly reason: ArchiveReason;
      readonly member?: string | undefined;
      readonly extracted?: ExtractedSoFar | undefined;
    },
  ) {
    super('LTO_ARCHIVE', what, details);
    this.reason = details.reason;
    this.member = details.member;
    this.extracted = details.extracted;
  }
}
