import { LtoError } from '../../errors/index.js';
import { isSystemError } from '../../errors/system-error.js';

/** A file or folder of this computer, or standard output, cannot be read or written. Drive and tape are not at fault. */
export class FileError extends LtoError {
  constructor(path: string | undefined, { code, syscall, cause }: FailedFileCall) {
    const what = CAUSES[code] ?? 'cannot be read or written';
    super('LTO_FILE', path === undefined ? what : `${path}: ${what}`, {
      operation: syscall,
      errno: code,
      next: NEXT[code] ?? 'Look at the file and its file system, then run the command again',
      cause,
    });
  }
}

interface FailedFileCall {
  readonly code: string;
  readonly syscall: string;
  readonly cause: unknown;
}

const FULL = 'Make room or choose another place, then run the command again';
const RIGHTS = 'Choose another place, or run the command as a user who may';

const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: 'the file system is full',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file is larger than its file system or the limits of the process allow',
  EACCES: 'access is denied',
  EPERM: 'access is denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  EIO: 'its disk or network failed',
};

const NEXT: Readonly<Record<string, string>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: 'Choose a file system that takes it, or raise the limit, then run the command again',
  EACCES: RIGHTS,
  EPERM: RIGHTS,
  EROFS: RIGHTS,
  ENOENT: 'Check the path',
  ENOTDIR: 'Check the path',
  EISDIR: 'Name a file',
};

/** Codes that only a file system gives: a call without a path may also be one of the network. */
const OF_FILES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS']);

/**
 * A failed call to the file system as a FileError; anything else is returned as it is. So is EPIPE: no file fails, but its
 * reader has gone. `path`: what the call was about, where Node.js does not say it, as for a write(2).
 */
export function asFileError(error: unknown, path?: string): unknown {
  if (error instanceof LtoError || !isSystemError(error) || error.code === 'EPIPE') return error;
  const named = path ?? pathOf(error);
  if (named === undefined && !OF_FILES.has(error.code)) return error;
  return new FileError(named, { code: error.code, syscall: error.syscall, cause: error });
}

function pathOf(error: object): string | undefined {
  return 'path' in error && typeof error.path === 'string' && error.path !== '' ? error.path : undefined;
}

/** Runs work on a file; a failed call to the file system becomes a FileError that names it. */
export async function onFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asFileError(error, path);
  }
}
