import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { compiledSources } from '../../support/compiled.js';
import { newDriveFolder } from '../../virtual/support.js';
import { data, isPending, MIB, newSessionBench, operationsOf } from './support.js';

// The timer of a session against all that can come in its way.

const FLUSH = 'MTWEOF 0';
/** A drive that is slower than the timer: a stop takes a second. */
const SLOW = {
  bufferBytes: 8 * MIB,
  speed: { bufferBytes: 8 * MIB, speeds: [40e6], backHitchSeconds: 1, restartLevel: 0.5, matchingSeconds: 10 },
};
const { path: compiled } = compiledSources();

it('that rings while a file is under way waits for its end, and one flush proves both', async () => {
  const { tape } = await newSessionBench();
  const session = tape.session({ commit: { seconds: 0.05 } });
  async function* slow() {
    yield data(1, MIB);
    await pause(300);
    yield data(1, MIB);
  }
  const operations = await operationsOf(async () => {
    const first = await session.writeFile([data(0)]);
    const second = await session.writeFile(slow(), { bufferBytes: MIB, startThreshold: 0 });
    expect((await first.durable).fileNumber).toBe(0);
    expect((await second.durable).records).toBe(8);
  });
  const [filemarks, flushes] = ['MTWEOFI 1', FLUSH].map((name) => operations.filter((each) => each === name).length);
  expect(filemarks).toBe(2);
  // Before the second file, where that has not begun when it rings, and behind it; never within.
  expect(flushes).toBeLessThanOrEqual(2);
  await session.close();
});

it('of a drive that is slower than it piles nothing up: each file is proven, and the session ends', async () => {
  const { tape } = await newSessionBench(SLOW);
  const session = tape.session({ commit: { seconds: 0 } });
  const operations = await operationsOf(async () => {
    const receipts = [];
    for (let file = 0; file < 20; file += 1) receipts.push(await session.writeFile([data(file)]));
    await session.close();
    await Promise.all(receipts.map(({ durable }) => durable));
  });
  expect(operations.filter((each) => each === FLUSH).length).toBeLessThanOrEqual(21);
  expect(await operationsOf(() => pause(100))).toEqual([]);
}, 600_000);

it('that has begun a commit when the session is closed, or the drive, is waited for', async () => {
  for (const end of ['session', 'drive'] as const) {
    const { tape } = await newSessionBench(SLOW);
    const session = tape.session({ commit: { seconds: 0.01 } });
    const { durable } = await session.writeFile([data(0)]);
    const operations = await operationsOf(async () => {
      await pause(100);
      await Promise.all(end === 'session' ? [session.close(), session.close()] : [tape.close(), tape.close()]);
    });
    expect(operations.filter((each) => each === FLUSH).length).toBeLessThanOrEqual(1);
    expect(await isPending(durable)).toBe(false);
    expect((await durable).fileNumber).toBe(0);
  }
}, 600_000);

it('that commits while calls are aborted: what waits rejects at once, what runs is done, and the session goes on', async () => {
  const { tape } = await newSessionBench(SLOW);
  const session = tape.session();
  const first = await session.writeFile([data(0)]);
  const controller = new AbortController();
  const running = session.commit();
  const waiting = session.writeFile([data(1)], { signal: controller.signal });
  const behind = session.commit({ signal: controller.signal });
  controller.abort(new Error('enough'));
  const began = performance.now();
  await expect(waiting).rejects.toThrow('enough');
  await expect(behind).rejects.toThrow('enough');
  expect(performance.now() - began).toBeLessThan(500);
  await running;
  await first.durable;
  const next = await session.writeFile([data(2)]);
  expect(next.fileNumber).toBe(1);
  await session.close();
  await next.durable;
  await expect(session.commit({ signal: AbortSignal.abort(new Error('late')) })).rejects.toThrow();
}, 600_000);

it('does not follow the clock of the day', async () => {
  const { tape } = await newSessionBench();
  const session = tape.session({ commit: { seconds: 60 } });
  const { durable } = await session.writeFile([data(0)]);
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  for (const day of [-1, 1, 3650]) {
    vi.setSystemTime(Date.now() + day * 86_400_000);
    const operations = await operationsOf(async () => {
      await session.writeFile([data(1)]);
      await pause(50);
    });
    expect(operations).not.toContain(FLUSH);
  }
  expect(await isPending(durable)).toBe(true);
  await session.close();
  await durable;
});

it('of two sessions on two drives: each proves its own', async () => {
  const benches = await Promise.all([newSessionBench(), newSessionBench()]);
  const sessions = benches.map(({ tape }) => tape.session({ commit: { seconds: 0.05 } }));
  const receipts = await Promise.all(sessions.map((session) => session.writeFile([data(0)])));
  await benches[0]?.virtual.cutPower();
  await expect(receipts[0]?.durable).rejects.toMatchObject({ code: 'LTO_BUFFERED_DATA_LOST' });
  expect((await receipts[1]?.durable)?.fileNumber).toBe(0);
  await sessions[1]?.close();
  await sessions[0]?.close().catch(() => undefined);
});

it('of a process that is stopped for longer than it, in the middle of a file and between two, goes on afterwards', async () => {
  const folder = await newDriveFolder({ bufferBytes: 64 * MIB });
  const script = join(import.meta.dirname, 'stopped-child.mjs');
  const child = spawn(process.execPath, [script, dirname(compiled('index.js')), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const told: Record<string, unknown>[] = [];
  for await (const line of createInterface(child.stdout)) {
    const one = JSON.parse(line);
    told.push(one);
    if (!('stop' in one)) continue;
    child.kill('SIGSTOP');
    await pause(1000);
    child.kill('SIGCONT');
  }
  expect(await exited).toBe(0);
  const durable = told.flatMap((one) => ('durable' in one ? [one.durable] : []));
  expect(durable).toEqual([0, 1, 2]);
  expect(told.filter((one) => 'stop' in one)).toHaveLength(2);
}, 600_000);

it('asks nothing while a file is under way: a reset then is met by st, and by nobody else', async () => {
  const { tape } = await newSessionBench();
  const session = tape.session();
  const first = await session.writeFile([data(0)]);
  let within: string[] = [];
  async function* longerThanALook() {
    yield data(1, MIB);
    within = await operationsOf(() => pause(1500));
    yield data(1, MIB);
  }
  const behind = await operationsOf(async () => {
    await session.writeFile(longerThanALook(), { bufferBytes: MIB, startThreshold: 0 });
    await pause(50);
  });
  expect(within.filter((operation) => operation.includes('POSITION'))).toEqual([]);
  // The look that was due is made behind the filemark.
  expect(
    behind.slice(behind.lastIndexOf('MTWEOFI 1')).filter((operation) => operation.includes('POSITION')),
  ).not.toEqual([]);
  expect(await isPending(first.durable)).toBe(true);
  await session.close();
});
