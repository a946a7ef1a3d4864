import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Who holds a lock that was wanted. */
export interface LockHolder {
  readonly pid: number;
  /** Name of the machine, when it is another one: whether the process lives cannot be told from here. */
  readonly otherHost: string | undefined;
  /** File that is the lock. */
  readonly path: string;
}

/** What follows the subject: `lock-<pid>-<start time of the process>-<host>-<random>` */
const LOCK = /^lock-(\d+)-(\d+)-(.+)-[0-9a-f]{16}$/;

/** A file in a folder that tells all processes of the machine who owns a subject in it. */
export class ProcessLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Resolves with the holder instead when somebody alive holds the subject; the locks of the dead are removed.
   *
   * Everybody puts down a lock of their own first and looks for others' after, so that of two who come at once at
   * least one sees the other, and none ever removes a lock that could be alive.
   *
   * @param subject Begins the name of the lock file; nothing for the folder as a whole.
   */
  static async acquire(folder: string, subject = ''): Promise<ProcessLock | LockHolder> {
    const own = `${process.pid}-${await startTime(process.pid)}-${thisHost()}-${randomBytes(8).toString('hex')}`;
    const name = `${subject}lock-${own}`;
    const lock = new ProcessLock(join(folder, name));
    await writeFile(lock.#path, '', { flag: 'wx', mode: 0o600 });
    let holder: LockHolder | undefined;
    try {
      for (const other of await readdir(folder)) {
        if (other !== name && other.startsWith(subject)) holder ??= await holderOf(folder, other, subject);
      }
    } catch (error) {
      await lock.release();
      throw error;
    }
    if (holder === undefined) return lock;
    await lock.release();
    return holder;
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

/** The holder of somebody else's lock; undefined for any other file, and when the lock of a dead process is removed. */
async function holderOf(folder: string, name: string, subject: string): Promise<LockHolder | undefined> {
  const [lock, pid = '', started, host] = LOCK.exec(name.slice(subject.length)) ?? [];
  if (lock === undefined) return undefined;
  const path = join(folder, name);
  const holder = Number(pid);
  if (host !== thisHost()) return { pid: holder, otherHost: host, path };
  if (isRunning(holder) && (await startTime(holder)) === started) return { pid: holder, otherHost: undefined, path };
  await rm(path, { force: true });
  return undefined;
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
