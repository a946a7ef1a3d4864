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

/** What an archive says of one member. */
export interface Member {
  /** As it stands there. */
  readonly path: ByteString;
  readonly type: MemberType;
  /** Bytes of the file, holes included; 0 for what is no file. */
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
  /** Where the stored bytes belong, in a file with holes. */
  readonly sparse: SparseMap | undefined;
  readonly attributes: readonly ExtendedAttribute[];
  /** Names of what the archive has of it and nothing is made of. */
  readonly unused: readonly string[];
}
