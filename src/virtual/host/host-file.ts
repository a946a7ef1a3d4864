import { TransportError } from '../../errors/index.js';

/** The disk of the host, or a quota on it, has no room left. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Runs `work` on a file of the host. A full disk rejects with TransportError, which names the file: it says nothing
 * about the virtual tape, whose end the drive reports itself.
 */
export async function onHostFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code: errno = '' } = cause as NodeJS.ErrnoException;
    if (!FULL.has(errno)) throw cause;
    throw new TransportError(`the disk of this host is full, at ${path}`, {
      operation: 'write',
      errno,
      cause,
      next: 'Free some space: data that was not written is not on the virtual tape',
    });
  }
}

/** For what is only counted or noted: it stays as it was while the host has no room for it. */
export function unlessFull(error: unknown): void {
  if (!isHostFull(error)) throw error;
}

/** Whether `onHostFile` has met a full disk. */
export function isHostFull(error: unknown): boolean {
  return error instanceof TransportError && FULL.has(error.errno ?? '');
}
