import { basename } from 'node:path';
import { DriveBusyError } from '../../errors/index.js';
import { ProcessLock } from '../../locks/process-lock.js';

/** Holds the folder of a virtual drive. Rejects with DriveBusyError unless nobody holds it. */
export async function lockFolder(folder: string): Promise<ProcessLock> {
  const lock = await ProcessLock.acquire(folder);
  if (lock instanceof ProcessLock) return lock;
  const { pid, who, leftover } = lock;
  throw new DriveBusyError(`${who} holds the drive`, {
    device: `virtual:${folder}`,
    holder: pid,
    next:
      leftover === undefined
        ? 'Close it there first'
        : `Close it there; when that process is gone for good, remove the file ${basename(leftover)}`,
  });
}
