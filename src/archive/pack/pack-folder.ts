import { posix } from 'node:path';
import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireOptions } from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';
import type { ByteString } from '../encode/byte-string.js';
import type { FileTime } from '../encode/file-time.js';
import { fileTime } from './files/file-status.js';
import { PackStream } from './pack-stream.js';

/** A path, as text or as its bytes. */
export type FilePath = string | Uint8Array;

export interface PackOptions extends CallOptions {
  /**
   * Folder that paths are relative to; members are then named by the given paths, such as `etc/passwd`. By default a path
   * is relative to the process's folder, and a member is named by the last component of its source's path.
   */
  readonly cwd?: FilePath | undefined;
  /**
   * More paths, NUL-terminated as `find -print0` prints them, relative to `cwd` or else to the process's folder. Members
   * are named by them. Folders are archived with their content.
   */
  readonly list?: Uint8Array | undefined;
  /** .gitignore patterns for paths below each source, or below `cwd` if that is given. */
  readonly exclude?: readonly string[] | undefined;
  /** Do not enter other file systems than the source's; their mount points are archived empty. Default false. */
  readonly oneFileSystem?: boolean | undefined;
  /** Only files whose content or status changed later; all folders are archived. */
  readonly newerThan?: Date | undefined;
  /** Include FIFOs and devices. Default false. */
  readonly special?: boolean | undefined;
  /** Include extended attributes and access control lists. Default true. */
  readonly xattrs?: boolean | undefined;
  /** Fail with SourceError at the first problem instead of recording it. Default false. */
  readonly strict?: boolean | undefined;
}

const PACK_OPTIONS: OptionNames<PackOptions> = {
  ...CALL_OPTIONS,
  cwd: true,
  list: true,
  exclude: true,
  oneFileSystem: true,
  newerThan: true,
  special: true,
  xattrs: true,
  strict: true,
};

/**
 * Files and folders as a tar archive (POSIX pax), as a stream for `writeFile`, `writeArchive` or any other destination.
 * A separate thread makes it, starting at once and working ahead. Members are sorted by the bytes of their names. A file
 * that cannot be read, or changes while it is read, is recorded in `summary.problems` of the stream; the rest is archived.
 * If a source is missing, the stream fails with InvalidArgumentError before its first byte.
 *
 * @example
 * const archive = packFolder('/home', { exclude: ['*.tmp'], oneFileSystem: true });
 * const receipt = await drive.writeFile(archive);
 * console.log(archive.summary?.problems);
 */
export function packFolder(sources: FilePath | readonly FilePath[], options: PackOptions = {}): PackStream {
  requireOptions(options, { operation: 'archive' }, PACK_OPTIONS);
  const { cwd, list, newerThan, signal } = options;
  if (list !== undefined && !(list instanceof Uint8Array)) {
    throw new InvalidArgumentError('`list` is bytes', { operation: 'archive', next: 'Give a Buffer of paths' });
  }
  const paths = (Array.isArray(sources) ? sources : [sources]).map(pathBytes);
  if (paths.length === 0 && list === undefined) {
    throw new InvalidArgumentError('there is nothing to archive', { operation: 'archive', next: 'Name a folder' });
  }
  const base = list === undefined && cwd === undefined ? undefined : absolute(pathBytes(cwd ?? '.'));
  const job = {
    sources: base === undefined ? paths.map(absolute) : paths,
    list,
    base,
    exclude: options.exclude ?? [],
    oneFileSystem: options.oneFileSystem ?? false,
    newerThan: newerThan === undefined ? undefined : timeOf(newerThan),
    special: options.special ?? false,
    xattrs: options.xattrs ?? true,
    strict: options.strict ?? false,
  };
  return new PackStream(job, signal);
}

function pathBytes(path: FilePath): ByteString {
  if (typeof path !== 'string' && !(path instanceof Uint8Array)) {
    throw new InvalidArgumentError('a path is text or bytes', { operation: 'archive', next: 'Name a file or folder' });
  }
  const bytes = Buffer.from(path);
  if (bytes.length > 0 && !bytes.includes(0)) return bytes.toString('latin1');
  const what = 'a path is empty or has a NUL in it';
  throw new InvalidArgumentError(what, { operation: 'archive', next: 'Name a file or folder' });
}

function absolute(path: ByteString): ByteString {
  return posix.resolve(Buffer.from(process.cwd()).toString('latin1'), path);
}

function timeOf(date: Date): FileTime {
  const milliseconds = date instanceof Date ? date.getTime() : Number.NaN;
  if (Number.isInteger(milliseconds)) return fileTime(BigInt(milliseconds) * 1_000_000n);
  throw new InvalidArgumentError('`newerThan` is not a valid time', { operation: 'archive' });
}
