import { basename } from 'node:path';
import { DriveBusyError } from '../errors/index.js';
import { ProcessLock } from '../locks/process-lock.js';

/** Holds the folder of a virtual drive. Rejects with DriveBusyError when somebody alive holds it. */
export async function lockFolder(folder: string): Promise<ProcessLock> {
  const lock = await ProcessLock.acquire(folder);
  if (lock instanceof ProcessLock) return lock;
  const { pid, otherHost, path } = lock;
  const where = otherHost === undefined ? '' : ` of the host ${otherHost}`;
  throw new DriveBusyError(`process ${pid}${where} holds the drive`, {
    device: `virtual:${folder}`,
    holder: pid,
    next:
      otherHost === undefined
        ? 'Close it there first'
        : `Close it there; when that host is gone, remove the file ${basename(path)}`,
  });
}
