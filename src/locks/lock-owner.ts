import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** The process that put a lock down, as the name of the lock tells it. */
export interface LockOwner {
  /** The kernel holds its lock for as long as it lives. */
  readonly inKernel: boolean;
  /** What this boot of the machine's kernel is called: the same in all of its containers; empty where it has no name. */
  readonly boot: string;
  /** Inode of the PID namespace, in which its number means something; empty where that is not known. */
  readonly pidNamespace: string;
  readonly pid: number;
  /** When it began (field 22 of /proc/<pid>/stat), which tells it from a later one of its number; empty: not known. */
  readonly started: string;
  readonly host: string;
}

/** Longest part of a name of a host; a name of a file has 255 bytes. */
const LONGEST_HOST = 100;
/** `lock-<k or p>-<boot>-<PID namespace>-<PID>-<start>-<host>-<random>` */
const NAME = /^lock-([kp])-([0-9a-f]*)-(\d*)-(\d+)-(\d*)-(.*)-[0-9a-f]{16}$/;

export function lockName(owner: LockOwner, random: string): string {
  const { inKernel, boot, pidNamespace, pid, started } = owner;
  const host = encodeURIComponent(owner.host).slice(0, LONGEST_HOST);
  return ['lock', inKernel ? 'k' : 'p', boot, pidNamespace, pid, started, host, random].join('-');
}

/** Undefined for a name that no lock has. */
export function parseLockName(name: string): LockOwner | undefined {
  const [lock, kind, boot = '', pidNamespace = '', pid, started = '', host = ''] = NAME.exec(name) ?? [];
  if (lock === undefined) return undefined;
  return { inKernel: kind === 'k', boot, pidNamespace, pid: Number(pid), started, host };
}

/** This process, without a lock in the kernel. */
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

/** Whether the number of one process means the same to the other. */
export function shareNumbers(one: LockOwner, other: LockOwner): boolean {
  // Other systems have no PID namespaces; Linux without /proc may have any.
  if (process.platform !== 'linux') return one.host === other.host;
  return (
    one.boot !== '' && one.pidNamespace !== '' && one.boot === other.boot && one.pidNamespace === other.pidNamespace
  );
}

/** Whether the owner, whose number means the same here, is certainly no more. */
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

/** Empty where /proc is not there, or shows the processes of another PID namespace. */
async function readStat(pid: number | 'self'): Promise<string> {
  const self = await readlink('/proc/self').catch(() => '');
  if (self !== String(process.pid)) return '';
  return readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
}

function startTime(stat: string): string | undefined {
  return fieldsOf(stat)[19];
}

/** From the state on; the name before it can hold blanks and ends at the last parenthesis. */
function fieldsOf(stat: string): readonly string[] {
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
