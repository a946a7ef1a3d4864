import { posix } from 'node:path';
import { InvalidArgumentError } from '../../errors/index.js';
import type { ByteString } from '../encode/byte-string.js';
import type { FileTime } from '../encode/pax.js';
import { fileTime } from './files/file-status.js';
import { PackStream } from './pack-stream.js';

/** A path, as text or as its bytes. */
export type FilePath = string | Uint8Array;

export interface PackOptions {
  /**
   * Folder that paths are relative to; members are then named by the paths that were given, such as `etc/passwd`. By
   * default a path is relative to the process's folder, and each source is named by the last name of its path.
   */
  readonly cwd?: FilePath | undefined;
  /**
   * More paths, each with a NUL behind it, as `find -print0` gives them: relative to `cwd`, or else to the process's
   * folder, and members are named by them. Folders are archived with what is in them.
   */
  readonly list?: Uint8Array | undefined;
  /** Lines as in a .gitignore, about paths below each source; below `cwd` where that is given. */
  readonly exclude?: readonly string[] | undefined;
  /** Does not go into folders of other file systems than the source's; they are archived empty. Default false. */
  readonly oneFileSystem?: boolean | undefined;
  /** Only files whose content or status changed later; folders are all archived. */
  readonly newerThan?: Date | undefined;
  /** With FIFOs and devices. Default false. */
  readonly special?: boolean | undefined;
  /** With extended attributes and access control lists. Default true. */
  readonly xattrs?: boolean | undefined;
  /** Fails with SourceError at the first problem, in place of noting it. Default false. */
  readonly strict?: boolean | undefined;
  /** Destroys the stream when aborted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Files and folders as a tar archive (POSIX pax), as a stream for `writeFile`, `writeArchive` or any other destination.
 * It is made by a thread of its own, which begins at once and works ahead; the order is that of the names' bytes. A file
 * that can't be read, or changes while it is read, is noted in `summary.problems` of the stream and the rest archived.
 * The stream fails with InvalidArgumentError before its first byte when a source is not there.
 *
 * @example
 * const archive = packFolder('/home', { exclude: ['*.tmp'], oneFileSystem: true });
 * const receipt = await drive.writeFile(archive);
 * console.log(archive.summary?.problems);
 */
export function packFolder(sources: FilePath | readonly FilePath[], options: PackOptions = {}): PackStream {
  const { cwd, list, newerThan, signal } = options;
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
  const bytes = Buffer.from(path);
  if (bytes.length > 0 && !bytes.includes(0)) return bytes.toString('latin1');
  const what = 'a path is empty or has a NUL in it';
  throw new InvalidArgumentError(what, { operation: 'archive', next: 'Name a file or folder' });
}

function absolute(path: ByteString): ByteString {
  return posix.resolve(Buffer.from(process.cwd()).toString('latin1'), path);
}

function timeOf(date: Date): FileTime {
  const milliseconds = date.getTime();
  if (Number.isInteger(milliseconds)) return fileTime(BigInt(milliseconds) * 1_000_000n);
  throw new InvalidArgumentError('`newerThan` is no valid time', { operation: 'archive' });
}
