import { basename } from 'node:path';
import { DriveBusyError } from '../../errors/index.js';
import { ProcessLock } from '../../locks/process-lock.js';

/**
 * Holds the folder of a virtual device, which messages name by `noun`. Rejects with DriveBusyError if another process
 * holds it.
 */
export async function lockFolder(folder: string, noun = 'drive'): Promise<ProcessLock> {
  const lock = await ProcessLock.acquire(folder);
  if (lock instanceof ProcessLock) return lock;
  const { pid, who, leftover } = lock;
  throw new DriveBusyError(`${who} holds the ${noun}`, {
    device: `virtual:${folder}`,
    holder: pid,
    next:
      leftover === undefined
        ? 'Close it there first'
        : `Close it there; when that process is gone for good, remove the file ${basename(leftover)}`,
  });
}
