import type { ByteString } from '../encode/byte-string.js';
import type { FileTime } from '../encode/file-time.js';
import type { SparseMap } from './sparse-map.js';

export type MemberType =
  | 'file'
  | 'folder'
  | 'symbolic link'
  | 'hard link'
  | 'character device'
  | 'block device'
  | 'fifo';

export interface ExtendedAttribute {
  readonly name: ByteString;
  readonly value: Buffer;
}

/** One member of an archive. */
export interface Member {
  /** The path as stored. */
  readonly path: ByteString;
  readonly type: MemberType;
  /** Bytes of the file, holes included; 0 if it is not a file. */
  readonly size: number;
  /** Bytes of content in the archive. */
  readonly stored: number;
  /** Permissions with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly userName: ByteString;
  readonly groupName: ByteString;
  readonly modified: FileTime;
  readonly accessed: FileTime | undefined;
  /** Of a link. */
  readonly target: ByteString;
  /** Numbers of a device. */
  readonly major: number;
  readonly minor: number;
  /** Places of the stored bytes in a file with holes. */
  readonly sparse: SparseMap | undefined;
  readonly attributes: readonly ExtendedAttribute[];
  /** Names of stored properties that cannot be restored. */
  readonly unused: readonly string[];
}
