import type * as Binding from '../../../../binding.js';
import type { FileAttribute, FilePacker } from '../../../../binding.js';
import { optionalAddon } from '../../../addon/load-addon.js';
import { namingFailures } from '../../../errors/system-error.js';
import type { ByteString } from '../../encode/byte-string.js';
import { FACTS, type FileStatus, statusFromFacts } from './file-status.js';
import { namesIn, readSmallFile, statLink, systemError } from './files.js';

/** A file that was read whole. */
export interface SmallRead {
  /** Bytes that there were. */
  readonly count: number;
  /** Its status after that. */
  readonly now: FileStatus;
}

/** Where files lie, and the beginning of the names of their members: both with `/` at the end, or empty. */
export interface FilePlace {
  readonly path: ByteString;
  readonly name: ByteString;
}

/** Files that were packed together: their number, and the bytes of their names and of their members. */
export interface PackedFiles {
  readonly files: number;
  readonly names: number;
  readonly bytes: number;
}

/** File access of a packer. Every call blocks and throws the system's errors, which have a `code`. */
export interface FileAccess {
  /** Status of a link itself, not of its target. */
  status(path: ByteString): FileStatus;
  /** Names in a folder, sorted by their bytes, each followed by a NUL. `size` of the folder. */
  names(folder: ByteString, size: number): Buffer;
  /**
   * Packs the first of `names`, in the form above, into `memory`, as long as they are small files that need no further
   * look: the same bytes as of `MemberEncoder`. The next name is any other file, or one for which there is no room.
   */
  packFiles(place: FilePlace, names: Uint8Array, memory: Uint8Array): PackedFiles;
  /** Reads up to `length` bytes to `at` in `memory`. */
  readSmall(path: ByteString, memory: Buffer, at: number, length: number): SmallRead;
  /** Extended attributes; undefined where there are no calls for them. */
  attributes(path: ByteString): readonly FileAttribute[] | undefined;
  /** Offset and length of each part of an open file with data; undefined if the system cannot report it. */
  extents(fd: number, size: number): Float64Array | undefined;
  /** Ends whatever works beside the packer. */
  close(): void;
}

/** Uses the addon if available: fewer calls, and some that Node.js lacks. `xattrs`: whether extended attributes are kept. */
export function openFileAccess(xattrs: boolean): FileAccess {
  const addon = optionalAddon();
  return addon === undefined ? NODE_ACCESS : new NativeAccess(addon, xattrs);
}

class NativeAccess implements FileAccess {
  readonly #addon: typeof Binding;
  readonly #facts = new Float64Array(FACTS);
  readonly #packed = new Float64Array(2);
  readonly #packer: FilePacker;

  constructor(addon: typeof Binding, xattrs: boolean) {
    this.#addon = addon;
    this.#packer = new addon.FilePacker(xattrs);
  }

  status(path: ByteString): FileStatus {
    const result = this.#addon.inspectFile(path, this.#facts);
    if (result < 0) throw systemError(result, 'lstat');
    return statusFromFacts(this.#facts);
  }

  names(folder: ByteString): Buffer {
    return namingFailures(() => this.#addon.namesIn(folder));
  }

  packFiles({ path, name }: FilePlace, names: Uint8Array, memory: Uint8Array): PackedFiles {
    const files = this.#packer.pack(path, name, names, memory, this.#packed);
    return { files, names: this.#packed[0] ?? 0, bytes: this.#packed[1] ?? 0 };
  }

  readSmall(path: ByteString, memory: Buffer, at: number, length: number): SmallRead {
    const count = this.#addon.readSmallFile(path, memory, at, length, this.#facts);
    if (count < 0) throw systemError(count, 'read');
    return { count, now: statusFromFacts(this.#facts) };
  }

  attributes(path: ByteString): readonly FileAttribute[] {
    return namingFailures(() => this.#addon.readAttributes(path));
  }

  extents(fd: number, size: number): Float64Array {
    return namingFailures(() => this.#addon.dataExtents(fd, size));
  }

  close(): void {
    this.#packer.close();
  }
}

const NONE: PackedFiles = { files: 0, names: 0, bytes: 0 };

/** By Node.js alone. */
const NODE_ACCESS: FileAccess = {
  status: statLink,
  names: namesIn,
  packFiles: () => NONE,
  readSmall: readSmallFile,
  attributes: () => undefined,
  extents: () => undefined,
  close: () => undefined,
};
