import type { MemberRecord } from '../record/changes.js';
import type { FileKind } from './kinds.js';

/** What is known of a file of a tape. */
export interface ScannedFile {
  /** Counted from 0. */
  readonly fileNumber: number;
  /** Undefined if its beginning could not be read. */
  readonly kind: FileKind | undefined;
  /**
   * `whole`: it ends with a filemark. `unterminated`: the data ends without one. `encrypted`: its key is not there.
   * `unreadable`: the drive cannot read it from some record on.
   */
  readonly state: 'whole' | 'unterminated' | 'encrypted' | 'unreadable';
  /** Logical object number of its first record; undefined if the drive does not report it. */
  readonly firstLogicalObject: number | undefined;
  /** Undefined if the drive does not report it. */
  readonly records: number | undefined;
  /** Largest record that was read. */
  readonly recordSize: number | undefined;
  /** Undefined if it was not read to its end. */
  readonly bytes: number | undefined;
  readonly checksum: string | undefined;
  /** Of a tar archive. */
  readonly members: readonly MemberRecord[];
  readonly membersComplete: boolean;
  /** What a label or a part header says. */
  readonly text: string | undefined;
  /** Name on the tape of the key that an encrypted file needs. */
  readonly keyId: string | undefined;
  /** Records that were read before the one that the drive cannot read. */
  readonly readableRecords: number | undefined;
  /** Code of the error that ended reading it. */
  readonly error: string | undefined;
}
