import type * as Binding from '../../../../binding.js';
import type { FileAttribute } from '../../../../binding.js';
import { optionalAddon } from '../../../addon/load-addon.js';
import { namingFailures } from '../../../errors/system-error.js';
import type { ByteString } from '../../encode/byte-string.js';
import { FACTS, type FileStatus, statusFromFacts } from './file-status.js';
import { readSmallFile, statLink, systemError } from './files.js';

/** A file that was read whole. */
export interface SmallRead {
  /** Bytes that there were. */
  readonly count: number;
  /** Its status after that. */
  readonly now: FileStatus;
}

/** File access of a packer. Every call blocks and throws the system's errors, which have a `code`. */
export interface FileAccess {
  /** Status of a link itself, not of its target. */
  status(path: ByteString): FileStatus;
  /** Reads up to `length` bytes to `at` in `memory`. */
  readSmall(path: ByteString, memory: Buffer, at: number, length: number): SmallRead;
  /** Extended attributes; undefined where there are no calls for them. */
  attributes(path: ByteString): readonly FileAttribute[] | undefined;
  /** Offset and length of each part of an open file with data; undefined if the system cannot report it. */
  extents(fd: number, size: number): Float64Array | undefined;
}

/** Uses the addon if available: fewer calls, and some that Node.js lacks. */
export function openFileAccess(): FileAccess {
  const addon = optionalAddon();
  return addon === undefined ? NODE_ACCESS : new NativeAccess(addon);
}

class NativeAccess implements FileAccess {
  readonly #addon: typeof Binding;
  readonly #facts = new Float64Array(FACTS);

  constructor(addon: typeof Binding) {
    this.#addon = addon;
  }

  status(path: ByteString): FileStatus {
    const result = this.#addon.inspectFile(path, this.#facts);
    if (result < 0) throw systemError(result, 'lstat');
    return statusFromFacts(this.#facts);
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
}

/** By Node.js alone. */
export const NODE_ACCESS: FileAccess = {
  status: statLink,
  readSmall: readSmallFile,
  attributes: () => undefined,
  extents: () => undefined,
};
