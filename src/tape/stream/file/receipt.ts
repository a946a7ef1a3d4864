import type { ProtectionName } from '../../../scsi/protection/methods.js';

/** Proof that a file is on tape: given only after a synchronous filemark and a check of the position behind it. */
export interface TapeReceipt {
  /** Filemarks before the file: `mt fsf N` from the beginning of the tape leads to it. */
  readonly fileNumber: number;
  /** Logical object number of its first record; undefined where the drive doesn't tell. */
  readonly firstLogicalObject: number | undefined;
  readonly records: number;
  readonly bytes: number;
  /** Bytes of every record but the last, which may be shorter. */
  readonly recordSize: number;
  /** Over the bytes of the file; undefined when it was switched off. */
  readonly checksum: string | undefined;
  /** How host and drive have checked each record on its way; undefined for not at all. Nothing of it is on tape. */
  readonly protection?: ProtectionName | undefined;
}

/** A file that was given up: it is closed with a filemark, but not all of the source is in it. */
export interface IncompleteFile {
  readonly fileNumber: number;
  readonly records: number;
  readonly bytes: number;
}
