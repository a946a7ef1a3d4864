import { ArchiveFault } from '../decode/fault.js';
import { type ByteString, quoted } from '../encode/byte-string.js';

/** A call to the file system failed. */
export function failed(errno: string, path: ByteString, operation: string): ArchiveFault {
  return new ArchiveFault({
    what: `${quoted(path === '' ? '.' : path)} could not be made`,
    reason: 'failed',
    operation,
    errno,
    next: NEXT[errno] ?? 'Look at the folder and its file system, then extract again with --force',
  });
}

const NEXT: Readonly<Record<string, string>> = {
  ENOSPC: 'The file system is full: make room, then extract again with --force',
  EDQUOT: 'The quota is used up: make room, then extract again with --force',
  EACCES: 'Extract into a folder that belongs to you',
  EPERM: 'Owners, devices and attributes of the kernel take the rights of root',
};

/** Throws ArchiveFault for the `code` of a call, errno's name; undefined is none. */
export function requireDone(code: string | undefined, path: ByteString, operation: string): void {
  if (code !== undefined) throw failed(code, path, operation);
}
