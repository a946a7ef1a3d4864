import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** The process that owns a lock, parsed from the lock's name. */
export interface LockOwner {
  /** The owner also holds a kernel lock while it lives. */
  readonly inKernel: boolean;
  /** Boot ID of the kernel, the same in all its containers; empty if there is none. */
  readonly boot: string;
  /** Inode of the PID namespace of `pid`; empty if unknown. */
  readonly pidNamespace: string;
  readonly pid: number;
  /**
   * Start time (field 22 of /proc/<pid>/stat), which distinguishes it from a later process with the same PID; empty if
   * unknown.
   */
  readonly started: string;
  readonly host: string;
}

/** Longest part of a host name that is used; a file name has at most 255 bytes. */
const LONGEST_HOST = 100;
/** `lock-<k or p>-<boot>-<PID namespace>-<PID>-<start>-<host>-<random>` */
const NAME = /^lock-([kp])-([0-9a-f]*)-(\d*)-(\d+)-(\d*)-(.*)-[0-9a-f]{16}$/;

export function lockName(owner: LockOwner, random: string): string {
  const { inKernel, boot, pidNamespace, pid, started } = owner;
  const host = encodeURIComponent(owner.host).slice(0, LONGEST_HOST);
  return ['lock', inKernel ? 'k' : 'p', boot, pidNamespace, pid, started, host, random].join('-');
}

/** Undefined if it is not the name of a lock. */
export function parseLockName(name: string): LockOwner | undefined {
  const [lock, kind, boot = '', pidNamespace = '', pid, started = '', host = ''] = NAME.exec(name) ?? [];
  if (lock === undefined) return undefined;
  return { inKernel: kind === 'k', boot, pidNamespace, pid: Number(pid), started, host };
}

/** This process, without a kernel lock. */
export async function thisProcess(): Promise<LockOwner> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return {
    inKernel: false,
    boot: boot.trim().replaceAll('-', ''),
    pidNamespace: /\d+/.exec(namespace)?.[0] ?? '',
    pid: process.pid,
    started: startTime(await readStat('self')) ?? '',
    host: hostname(),
  };
}

/** Whether two processes share a PID namespace. */
export function shareNumbers(one: LockOwner, other: LockOwner): boolean {
  // Other systems have no PID namespaces; Linux without /proc may have any.
  if (process.platform !== 'linux') return one.host === other.host;
  return (
    one.boot !== '' && one.pidNamespace !== '' && one.boot === other.boot && one.pidNamespace === other.pidNamespace
  );
}

/** Whether the owner, in the same PID namespace, is certainly dead. */
export async function isDead({ pid, started }: LockOwner): Promise<boolean> {
  if (!isRunning(pid)) return true;
  const stat = await readStat(pid);
  if (stat === '') return false;
  if (/^[ZX]$/.test(fieldsOf(stat)[0] ?? '')) return true;
  const now = startTime(stat);
  return started !== '' && now !== undefined && now !== started;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Empty if /proc is missing, or shows another PID namespace. */
async function readStat(pid: number | 'self'): Promise<string> {
  const self = await readlink('/proc/self').catch(() => '');
  if (self !== String(process.pid)) return '';
  return readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
}

function startTime(stat: string): string | undefined {
  return fieldsOf(stat)[19];
}

/** Fields from the state on; the name before it may contain blanks and ends at the last parenthesis. */
function fieldsOf(stat: string): readonly string[] {
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
