import { randomBytes } from 'node:crypto';
import { close, constants, open } from 'node:fs';
import { readdir, rename, rm, stat, statfs, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { lockDescriptor } from './kernel-lock.js';
import { isDead, type LockOwner, lockName, parseLockName, shareNumbers, thisProcess } from './lock-owner.js';

/** Holder of a requested lock. */
export interface LockHolder {
  /** Its PID, if it shares this PID namespace. */
  readonly pid: number | undefined;
  /** Text for messages: `process 7`, `process 7 of the host tape1`. */
  readonly who: string;
  /** File to remove by hand once the holder is gone, if this process cannot detect that. */
  readonly leftover: string | undefined;
}

/** Bytes in the file of a lock that owns its subject; until then it is empty. */
const OWNS = 1;
const LOOK_AGAIN_MS = 2;
const PATIENCE_MS = 5000;

/** Numeric descriptors, because a garbage-collected FileHandle closes its file. */
const openFile = promisify(open);
const closeFile = promisify(close);

/**
 * A file in a folder that shows all processes, also in other containers and on other machines, who owns a subject in
 * the folder. A kernel lock on it lasts while its owner lives; without the addon, and on file systems without locks,
 * its name identifies the owner.
 */
export class ProcessLock {
  readonly #path: string;
  #fd: number | undefined;

  private constructor(path: string, fd: number | undefined) {
    this.#path = path;
    this.#fd = fd;
  }

  /**
   * Resolves with the holder instead if another owner exists that is not proven dead. Locks of dead processes are
   * removed. Of several processes that want a free subject at the same time, exactly one gets it.
   *
   * Each process creates its own lock first and looks for others afterwards, so of two concurrent ones at least one
   * sees the other. A process owns the subject once it has looked and seen nobody else; its lock says so from then on.
   * Among the others the lowest random number goes first: a process withdraws if it sees an owner or a lower number, and
   * looks again if it sees only higher ones, which are about to withdraw or already own the subject. Names are unique, so
   * no lock is removed in place of another.
   *
   * @param subject Begins the name of the lock file; nothing for the folder as a whole.
   * @param patienceMs How long locks with a higher number may stay undecided, until one of them counts as the owner: its
   *   process may be suspended, or dead where that cannot be proven.
   */
  static async acquire(
    folder: string,
    subject = '',
    patienceMs: number = PATIENCE_MS,
  ): Promise<ProcessLock | LockHolder> {
    const own = await thisProcess();
    const lock = await ProcessLock.#putDown(folder, subject, own);
    try {
      const holder = await lock.#contend(folder, subject, own, Date.now() + patienceMs);
      if (holder === undefined) return lock;
      await lock.release();
      return holder;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Resolves when this lock owns the subject, or with the owner that it withdraws for. */
  async #contend(folder: string, subject: string, own: LockOwner, end: number): Promise<LockHolder | undefined> {
    for (;;) {
      const rivals: Rival[] = [];
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        if (path === this.#path || !name.startsWith(subject)) continue;
        const rival = await rivalOf(path, parseLockName(name.slice(subject.length)), own);
        if (rival === undefined) continue;
        const { owns, holder } = rival;
        if (owns || (owns === false && rankOf(path) < rankOf(this.#path))) return holder;
        rivals.push(rival);
      }
      const [rival] = rivals;
      if (rival === undefined) {
        await truncate(this.#path, OWNS);
        return undefined;
      }
      if (Date.now() >= end) return rival.holder;
      await delay(LOOK_AGAIN_MS);
    }
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
      // Only now may its name say so: a lock with this name but without a kernel lock means that its owner is dead.
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

/** The random number at the end of the name of a lock. */
function rankOf(path: string): string {
  return path.slice(-16);
}

/** Somebody else's lock. */
interface Rival {
  readonly holder: LockHolder;
  /** Whether it owns the subject; undefined if it was removed or renamed a moment ago. */
  readonly owns: boolean | undefined;
}

/** Undefined for any other file, and if the lock is gone or its dead owner's lock is removed. */
async function rivalOf(path: string, owner: LockOwner | undefined, own: LockOwner): Promise<Rival | undefined> {
  const holder = await holderOf(path, owner, own);
  if (holder === undefined) return undefined;
  try {
    return { holder, owns: (await stat(path)).size > 0 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // Only a lock without a kernel lock in its name is renamed.
    return owner?.inKernel ? undefined : { holder, owns: undefined };
  }
}

/** The holder of another lock; undefined for any other file, and if the lock of a dead process was removed. */
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
    // The kernel lock is held, or the process was seen.
    leftover: isHere || (released === false && owner.boot === own.boot) ? undefined : path,
  };
}

/** Whether the kernel lock of a lock's owner is released; undefined if unknown. */
async function isReleased(path: string, owner: LockOwner, own: LockOwner): Promise<boolean | undefined> {
  let fd: number;
  try {
    fd = await openFile(path, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    // Its owner has just released it; any other error means that another user owns it.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? true : undefined;
  }
  try {
    const free = lockDescriptor(fd, 'shared');
    // This kernel may not know another machine's locks.
    return free === true && owner.boot !== own.boot && !(await isLocal(path)) ? undefined : free;
  } finally {
    await closeFile(fd);
  }
}

/** Local file systems, whose locks end with the kernel's boot (`statfs(2)`). */
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
