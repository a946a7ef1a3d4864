import { randomBytes } from 'node:crypto';
import { close, constants, open } from 'node:fs';
import { readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lockDescriptor } from './kernel-lock.js';
import { isDead, type LockOwner, lockName, parseLockName, shareNumbers, thisProcess } from './lock-owner.js';

/** Who holds a lock that was wanted. */
export interface LockHolder {
  /** Its process, where numbers of processes mean the same as here. */
  readonly pid: number | undefined;
  /** The same in words: `process 7`, `process 7 of the host tape1`. */
  readonly who: string;
  /** File to remove by hand once the holder is gone, where that cannot be found out from here. */
  readonly leftover: string | undefined;
}

/** Numbers, which nobody closes but who opened them: a FileHandle that is collected as garbage closes its file. */
const openFile = promisify(open);
const closeFile = promisify(close);

/**
 * A file in a folder that tells all processes who owns a subject in it: those in other containers, and on other
 * machines, too. The kernel holds a lock of it for as long as its owner lives; without the addon, and on file systems
 * without locks, its name tells which process that is.
 */
export class ProcessLock {
  readonly #path: string;
  #fd: number | undefined;

  private constructor(path: string, fd: number | undefined) {
    this.#path = path;
    this.#fd = fd;
  }

  /**
   * Resolves with the holder instead when somebody has the subject who is not proven dead; the locks of the dead are
   * removed.
   *
   * Everybody puts down a lock of their own first and looks for others' after, so that of two who come at once at
   * least one sees the other. Each has a name that no other ever has, so that none is removed in place of another.
   *
   * @param subject Begins the name of the lock file; nothing for the folder as a whole.
   */
  static async acquire(folder: string, subject = ''): Promise<ProcessLock | LockHolder> {
    const own = await thisProcess();
    const lock = await ProcessLock.#putDown(folder, subject, own);
    let holder: LockHolder | undefined;
    try {
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        if (path !== lock.#path && name.startsWith(subject)) {
          holder ??= await holderOf(path, parseLockName(name.slice(subject.length)), own);
        }
      }
    } catch (error) {
      await lock.release();
      throw error;
    }
    if (holder === undefined) return lock;
    await lock.release();
    return holder;
  }

  static async #putDown(folder: string, subject: string, own: LockOwner): Promise<ProcessLock> {
    const random = randomBytes(8).toString('hex');
    const path = join(folder, subject + lockName(own, random));
    const fd = await openFile(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    const lock = new ProcessLock(path, fd);
    try {
      if (lockDescriptor(fd, 'exclusive') !== true) {
        await lock.#close();
        return lock;
      }
      // Only now its name may say so: who finds a lock without the kernel's takes its owner for dead.
      const locked = join(folder, subject + lockName({ ...own, inKernel: true }, random));
      await rename(path, locked);
      return new ProcessLock(locked, fd);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async release(): Promise<void> {
    try {
      await rm(this.#path, { force: true });
    } finally {
      await this.#close();
    }
  }

  async #close(): Promise<void> {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) await closeFile(fd);
  }
}

/** The holder of somebody else's lock; undefined for any other file, and when the lock of a dead process is removed. */
async function holderOf(path: string, owner: LockOwner | undefined, own: LockOwner): Promise<LockHolder | undefined> {
  if (owner === undefined) return undefined;
  const isHere = shareNumbers(owner, own);
  const released = owner.inKernel ? await isReleased(path, owner, own) : undefined;
  if (released ?? (isHere && (await isDead(owner)))) {
    await rm(path, { force: true });
    return undefined;
  }
  return {
    pid: isHere ? owner.pid : undefined,
    who: isHere ? `process ${owner.pid}` : stranger(owner, own),
    // The kernel holds it, or the process was seen.
    leftover: isHere || (released === false && owner.boot === own.boot) ? undefined : path,
  };
}

/** Whether the kernel holds a lock no more, whose owner it held one for; undefined where it cannot tell. */
async function isReleased(path: string, owner: LockOwner, own: LockOwner): Promise<boolean | undefined> {
  let fd: number;
  try {
    fd = await openFile(path, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    // Its owner has just released it. Otherwise it is another user's.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? true : undefined;
  }
  try {
    const free = lockDescriptor(fd, 'shared');
    // Of another machine's locks the kernel here may know nothing.
    return free === true && owner.boot !== own.boot && !(await isLocal(path)) ? undefined : free;
  } finally {
    await closeFile(fd);
  }
}

/** File systems that one kernel alone has, so that what was locked before its boot is locked no more (`statfs(2)`). */
const LOCAL_FILE_SYSTEMS = new Map([
  [0xef53, 'ext4'],
  [0x5846_5342, 'XFS'],
  [0x9123_683e, 'Btrfs'],
  [0x2fc1_2fc1, 'ZFS'],
  [0xf2f5_2010, 'F2FS'],
  [0x0102_1994, 'tmpfs'],
  [0x794c_7630, 'overlayfs'],
]);

async function isLocal(path: string): Promise<boolean> {
  const { type } = await statfs(path);
  return LOCAL_FILE_SYSTEMS.has(type);
}

function stranger({ pid, boot, host }: LockOwner, own: LockOwner): string {
  if (boot === own.boot && boot !== '') return `process ${pid} of another container (host ${host})`;
  return host === own.host
    ? `process ${pid} of an earlier start of ${host}, or of a host of the same name`
    : `process ${pid} of the host ${host}`;
}
