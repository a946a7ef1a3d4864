import type { ProtectionName } from '../../../scsi/protection/methods.js';

/** Proof that a file is on tape. It is given only after a synchronous filemark and a check of the position after it. */
export interface TapeReceipt {
  /** Number of filemarks before the file: `mt fsf N` from the beginning of the tape moves to it. */
  readonly fileNumber: number;
  /** Logical object number of its first record; undefined if the drive does not report it. */
  readonly firstLogicalObject: number | undefined;
  readonly records: number;
  readonly bytes: number;
  /** Bytes of every record except the last, which may be shorter. */
  readonly recordSize: number;
  /** Checksum over the bytes of the file; undefined if it was switched off. */
  readonly checksum: string | undefined;
  /**
   * Logical block protection that checked each record between host and drive; undefined for none. It is not recorded on
   * tape.
   */
  readonly protection?: ProtectionName | undefined;
}

/** A file whose writing was ended early: it is closed with a filemark, but does not hold all of the source. */
export interface IncompleteFile {
  readonly fileNumber: number;
  readonly records: number;
  readonly bytes: number;
}
