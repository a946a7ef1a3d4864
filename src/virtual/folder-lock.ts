import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DriveBusyError } from '../errors/index.js';

/** `lock-<pid>-<start time of the process>-<host>-<random>` */
const LOCK_NAME = /^lock-(\d+)-(\d+)-(.+)-[0-9a-f]{16}$/;

/** Holds a folder for one opener among all processes of the machine. */
export class FolderLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Rejects with DriveBusyError when somebody alive holds the folder; the locks of the dead are removed.
   *
   * Everybody puts down a lock of their own first and looks for others' after, so that of two who come at once at
   * least one sees the other, and none ever removes a lock that could be alive.
   */
  static async acquire(folder: string): Promise<FolderLock> {
    const name = `lock-${process.pid}-${await startTime(process.pid)}-${thisHost()}-${randomBytes(8).toString('hex')}`;
    const lock = new FolderLock(join(folder, name));
    await writeFile(lock.#path, '', { flag: 'wx' });
    try {
      for (const other of await readdir(folder)) {
        if (other !== name && LOCK_NAME.test(other)) await refuseOrRemove(folder, other);
      }
    } catch (error) {
      await lock.release();
      throw error;
    }
    return lock;
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

async function refuseOrRemove(folder: string, name: string): Promise<void> {
  const [, pid = '', started, host] = LOCK_NAME.exec(name) ?? [];
  const holder = Number(pid);
  const device = `virtual:${folder}`;
  if (host !== thisHost()) {
    throw new DriveBusyError(`process ${holder} of the host ${host} holds the drive`, {
      device,
      holder,
      next: `Close it there; when that host is gone, remove the file ${name}`,
    });
  }
  if (isRunning(holder) && (await startTime(holder)) === started) {
    const next = 'Close it there first';
    throw new DriveBusyError(`process ${holder} holds the drive`, { device, holder, next });
  }
  await rm(join(folder, name), { force: true });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Field 22 of /proc/<pid>/stat, which tells a process from a later one with the same number; '0' where there is no
 * /proc, 'dead' for a zombie. The field before them that can hold blanks ends at the last parenthesis.
 */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return /^[ZX]$/.test(state) ? 'dead' : (fields[18] ?? '0');
}

function thisHost(): string {
  return encodeURIComponent(hostname());
}
