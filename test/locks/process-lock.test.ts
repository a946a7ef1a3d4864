import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LockOwner, lockName, parseLockName, thisProcess } from '../../src/locks/lock-owner.js';
import { ProcessLock } from '../../src/locks/process-lock.js';
import { onLinux } from '../native/addon.js';

let folder = '';
let own: LockOwner;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lto-locks-'));
  own = await thisProcess();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const RANDOM = '0123456789abcdef';
/** Puts down the lock of another process, which nobody holds in the kernel. */
const leave = (owner: Partial<LockOwner>, subject = '') =>
  writeFile(join(folder, subject + lockName({ ...own, ...owner }, RANDOM)), 'x');
const NO_PROCESS = 4_194_305;

describe('a lock', () => {
  it('has one owner, and leaves nothing behind', async () => {
    const lock = await ProcessLock.acquire(folder);
    expect(lock).toBeInstanceOf(ProcessLock);
    const holder = { pid: process.pid, who: `process ${process.pid}`, leftover: undefined };
    expect(await ProcessLock.acquire(folder)).toEqual(holder);
    expect(await ProcessLock.acquire(folder)).toEqual(holder);
    if (lock instanceof ProcessLock) await lock.release();
    const next = await ProcessLock.acquire(folder);
    expect(next).toBeInstanceOf(ProcessLock);
    if (next instanceof ProcessLock) await next.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('of one subject is no other subject’s', async () => {
    const one = await ProcessLock.acquire(folder, 'one.');
    const other = await ProcessLock.acquire(folder, 'other.');
    expect([one, other]).toEqual([expect.any(ProcessLock), expect.any(ProcessLock)]);
    for (const lock of [one, other]) if (lock instanceof ProcessLock) await lock.release();
  });

  it.runIf(onLinux)('is named by boot, PID namespace and process, and held by the kernel', async () => {
    const lock = await ProcessLock.acquire(folder);
    const [name = ''] = await readdir(folder);
    expect(parseLockName(name)).toEqual({ ...own, inKernel: true });
    expect(own).toMatchObject({
      boot: expect.stringMatching(/^[0-9a-f]{32}$/),
      pidNamespace: expect.stringMatching(/^\d+$/),
    });
    if (lock instanceof ProcessLock) await lock.release();
  });
});

describe.runIf(onLinux)('a lock that was left', () => {
  it.each<[string, Partial<LockOwner>]>([
    ['a process that is no more', { pid: NO_PROCESS }],
    ['an earlier process of the same number', { started: '1' }],
    ['a process whose lock the kernel holds no more', { inKernel: true }],
    ['a process of another container, likewise', { inKernel: true, pidNamespace: '7' }],
    ['a process before the machine started, likewise', { inKernel: true, boot: '0123', pidNamespace: '7' }],
  ])('by %s is removed', async (_by, owner) => {
    await leave(owner);
    const lock = await ProcessLock.acquire(folder);
    expect(lock).toBeInstanceOf(ProcessLock);
    if (lock instanceof ProcessLock) await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each<[string, Partial<LockOwner>]>([
    ['another container', { pidNamespace: '7', pid: NO_PROCESS }],
    ['another host', { boot: '0123', pid: NO_PROCESS, host: 'elsewhere' }],
    ['a place that is not known', { boot: '', pidNamespace: '', pid: NO_PROCESS }],
  ])('by a process of %s, without the kernel, is left alone: it is not proven dead', async (_by, owner) => {
    await leave(owner);
    const before = await readdir(folder);
    expect(await ProcessLock.acquire(folder)).toMatchObject({
      pid: undefined,
      leftover: join(folder, before[0] ?? ''),
    });
    expect(await readdir(folder)).toEqual(before);
  });

  it('keeps other files of the folder', async () => {
    await writeFile(join(folder, 'lock-'), '');
    await writeFile(join(folder, 'lock-99-1-host-0123456789abcdef'), '');
    const lock = await ProcessLock.acquire(folder);
    if (lock instanceof ProcessLock) await lock.release();
    expect((await readdir(folder)).length).toBe(2);
  });
});

describe('several who want a subject at once', () => {
  it('of one process: exactly one gets it, each time', async () => {
    for (let round = 0; round < 25; round += 1) {
      const came = await Promise.all(Array.from({ length: 8 }, () => ProcessLock.acquire(folder)));
      const locks = came.filter((each) => each instanceof ProcessLock);
      expect(locks.length).toBe(1);
      await locks[0]?.release();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  /** A lock that has not decided yet, of a process that is not proven dead, with the lowest or the highest number. */
  async function undecided(random: string): Promise<string> {
    const path = join(folder, lockName({ ...own, boot: '0123', host: 'elsewhere' }, random));
    await writeFile(path, '');
    return path;
  }
  const LOWEST = '0'.repeat(16);
  const HIGHEST = 'f'.repeat(16);

  it('withdraw for a lower number, without waiting', async () => {
    const path = await undecided(LOWEST);
    expect(await ProcessLock.acquire(folder, '', 60_000)).toMatchObject({ leftover: path });
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('wait for a higher number to withdraw', async () => {
    const path = await undecided(HIGHEST);
    const coming = ProcessLock.acquire(folder, '', 60_000);
    expect(await Promise.race([coming, delay(50, 'waits')])).toBe('waits');
    await rm(path);
    const lock = await coming;
    expect(lock).toBeInstanceOf(ProcessLock);
    if (lock instanceof ProcessLock) await lock.release();
  });

  it('withdraw for a higher number that turns out to own the subject', async () => {
    const path = await undecided(HIGHEST);
    const coming = ProcessLock.acquire(folder, '', 60_000);
    await delay(20);
    await writeFile(path, 'x');
    expect(await coming).toMatchObject({ leftover: path });
  });

  it('take a higher number that never decides for the owner, after a time', async () => {
    const path = await undecided(HIGHEST);
    expect(await ProcessLock.acquire(folder, '', 30)).toMatchObject({ leftover: path });
    expect(await readdir(folder)).toHaveLength(1);
  });
});
