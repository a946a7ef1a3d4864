import { access, readFile, writeFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { testData } from '../../conformance/conformance.js';

// Commands of a tape take seconds to hours: whatever else the process does must not notice. As many drives as libuv's
// pool has threads, so that a drive that used the pool would leave it none.
//
// The lab shares its one processor with whatever else the machine does, so each figure is the best of three windows.

const DRIVER = '/sys/bus/pseudo/drivers/scsi_debug';
const DEVICES = ['/dev/nst0', '/dev/nst1', '/dev/nst2', '/dev/nst3'];
const ADDED_HOSTS = DEVICES.length - 1;
const WINDOWS = 3;
const RECORD = 64 * 1024;
const SMALL_FILE = fileURLToPath(new URL('../../../package.json', import.meta.url));
/** Milliseconds between two looks at the event loop; its delay is what comes on top. */
const RESOLUTION = 10;

let drives: TapeDrive[] = [];

beforeAll(async () => {
  await writeFile(`${DRIVER}/add_host`, `${ADDED_HOSTS}`);
  for (const device of DEVICES) {
    await appears(device);
    const drive = await TapeDrive.open(device);
    drives.push(drive);
    await drive.rewind();
  }
});

afterEach(() => setCommandTime(0));

afterAll(async () => {
  for (const drive of drives) await drive.close();
  drives = [];
  await writeFile(`${DRIVER}/add_host`, `-${ADDED_HOSTS}`);
});

async function appears(device: string): Promise<void> {
  await vi.waitFor(() => access(device), { timeout: 5000 });
}

/** How long every command to every drive takes from now on: less than a second, which is the most that it takes. */
async function setCommandTime(milliseconds: number): Promise<void> {
  if (milliseconds === 0) await writeFile(`${DRIVER}/delay`, '0');
  else await writeFile(`${DRIVER}/ndelay`, `${milliseconds * 1e6}`);
}

/** What the rest of a process notices, in milliseconds. */
interface Noticed {
  /** By how much the event loop was late, at the 99th percentile. */
  readonly loopDelay: number;
  /** Median and longest time of reading a small file, which takes libuv's pool. */
  readonly typicalRead: number;
  readonly longestRead: number;
  /** How long the work took. */
  readonly duration: number;
}

async function noticedDuring(work: () => Promise<unknown>): Promise<Noticed> {
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION });
  const reads: number[] = [];
  const begun = performance.now();
  loop.enable();
  let done = false;
  const working = work().finally(() => {
    done = true;
  });
  while (!done) {
    const before = performance.now();
    await readFile(SMALL_FILE);
    reads.push(performance.now() - before);
    await pause(20);
  }
  loop.disable();
  await working;
  reads.sort((a, b) => a - b);
  return {
    loopDelay: loop.percentile(99) / 1e6 - RESOLUTION,
    typicalRead: reads[Math.floor(reads.length / 2)] ?? 0,
    longestRead: reads.at(-1) ?? 0,
    duration: performance.now() - begun,
  };
}

/** The least that was noticed in any of the windows. */
async function leastNoticed(work: () => Promise<unknown>): Promise<Noticed> {
  const windows: Noticed[] = [];
  for (let i = 0; i < WINDOWS; i += 1) windows.push(await noticedDuring(work));
  const least = (name: keyof Noticed) => Math.min(...windows.map((window) => window[name]));
  return {
    loopDelay: least('loopDelay'),
    typicalRead: least('typicalRead'),
    longestRead: least('longestRead'),
    duration: least('duration'),
  };
}

function expectUnnoticed(busy: Noticed, idle: Noticed): void {
  const figures = JSON.stringify({ busy, idle });
  // 10 ms on a quiet machine; one that is late by itself is given that much more.
  expect(busy.loopDelay, figures).toBeLessThan(10 + 3 * idle.loopDelay);
  expect(busy.typicalRead, figures).toBeLessThan(100);
  // A file that waited for a command of a drive would have waited this long.
  expect(busy.longestRead, figures).toBeLessThan(idle.longestRead + 500);
}

it('commands that take long, on all drives at once, hold nothing up', async () => {
  const commandTime = 900;
  const idle = await leastNoticed(() => pause(1000));
  await setCommandTime(commandTime);
  // On each drive one command in the thread of its tape node, and one in that of its sg node.
  const busy = await leastNoticed(() => Promise.all(drives.flatMap((drive) => [drive.rewind(), drive.readiness()])));
  expect(busy.duration).toBeGreaterThan(commandTime);
  expect(busy.duration, 'the drives wait for each other').toBeLessThan(2 * commandTime);
  expectUnnoticed(busy, idle);
});

it('nor does a stream between slow commands on the other drives', async () => {
  const commandTime = 20;
  const idle = await leastNoticed(() => pause(1000));
  const [writer, ...others] = drives;
  const records = Array.from({ length: 60 }, (_, seed) => testData(RECORD, seed));
  await setCommandTime(commandTime);
  const busy = await leastNoticed(async () => {
    const options = { position: 'overwrite', recordSize: RECORD, bufferBytes: 16 * RECORD } as const;
    await writer?.rewind();
    const writing = writer?.writeFile(records, options);
    let done = false;
    void writing?.finally(() => {
      done = true;
    });
    await Promise.all(
      others.map(async (drive) => {
        while (!done) await drive.rewind();
      }),
    );
    expect(await writing).toMatchObject({ records: 60 });
  });
  expect(busy.duration).toBeGreaterThan(60 * commandTime);
  expectUnnoticed(busy, idle);
});
