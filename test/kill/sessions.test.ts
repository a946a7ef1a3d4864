import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { BufferedDataLostError } from '../../src/errors/index.js';
import type { TapeReceipt } from '../../src/tape/stream/file/receipt.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { createVirtualDrive, type VirtualDrive } from '../../src/virtual/index.js';
import { randomFrom } from '../../src/virtual/unit/random.js';
import { compiledSources } from '../support/compiled.js';

/** Sessions that are broken off; `SESSION_RUNS=1000` is the long run. */
const RUNS = Number(process.env.SESSION_RUNS ?? 24);
const SEED = Number(process.env.SESSION_SEED ?? 1);
/** One of so many is a process that is killed, which takes longer than the others. */
const KILL_EACH = 6;
const KIB = 1024;

const { path: compiled } = compiledSources();

interface Written {
  readonly bytes: number;
  readonly checksum: string | undefined;
}

interface Bench {
  readonly tape: TapeDrive;
  readonly virtual: VirtualDrive;
}

async function withBench<T>(bufferBytes: number, work: (bench: Bench, folder: string) => Promise<T>): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), 'lto-sessions-'));
  const folder = join(parent, 'drive');
  try {
    await createVirtualDrive(folder, { bufferBytes });
    return await onDrive(folder, (bench) => work(bench, folder));
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

async function onDrive<T>(folder: string, work: (bench: Bench) => Promise<T>): Promise<T> {
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const tape = TapeDrive.onTransport(transport);
  try {
    return await work({ tape, virtual: transport.drive });
  } finally {
    transport.drive.faults = [];
    await tape.close().catch(() => undefined);
  }
}

/**
 * The tape is a prefix of what was written, with every file that was reported durable: each of its whole files is the one
 * that was written there, and a next session appends to it.
 */
async function expectPrefix({ tape }: Bench, written: readonly Written[], durable: ReadonlySet<number>): Promise<void> {
  await tape.rewind();
  const { fileNumber: whole } = await tape.spaceToEndOfData();
  for (const fileNumber of durable) expect(fileNumber).toBeLessThan(whole);
  for (let fileNumber = 0; fileNumber < whole && written[fileNumber] !== undefined; fileNumber += 1) {
    const { bytes, checksum } = written[fileNumber] ?? {};
    expect(await tape.verifyFile({ fileNumber, expectedChecksum: checksum })).toMatchObject({ bytes });
  }
  expect(whole).toBeLessThanOrEqual(written.length + 1);
  await using session = tape.session();
  const next = await session.writeFile([Buffer.from('behind')], { closeUnterminated: true });
  expect(next.fileNumber).toBeGreaterThanOrEqual(whole);
  await session.commit();
  await next.durable;
}

// The session looks once a second what the drive has recorded: here after so many files, while the next one is written.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const A_SECOND = 1000;

/** How a session goes: its files, and after how many it commits and looks. */
interface Course {
  readonly files: readonly number[];
  readonly commit: number;
  readonly look: number;
}

type Break = 'power cut' | 'reset' | 'deferred error';

const FAULTS = {
  'power cut': { powerCut: true },
  reset: { reset: true },
  'deferred error': { deferred: { key: 3, asc: 0x0c, ascq: 0 } },
} as const;

/** Writes files until the command of that number breaks the session off; what was written, and what was durable. */
async function brokenSession(
  { tape, virtual }: Bench,
  { files, commit, look }: Course,
  afterCount: number,
  kind: Break,
) {
  const written: Written[] = [];
  const durable = new Set<number>();
  const lost = new Set<number>();
  virtual.faults = [{ afterCount, times: 1, outcome: FAULTS[kind] }];
  const session = tape.session();
  const waits: Promise<void>[] = [];
  for (const [index, bytes] of files.entries()) {
    const receipt = await session.writeFile([Buffer.alloc(bytes, index + 1)]).catch(() => undefined);
    if (receipt === undefined) break;
    written[receipt.fileNumber] = receipt;
    const settled = receipt.durable.then(
      ({ fileNumber }: TapeReceipt) => void durable.add(fileNumber),
      (error: unknown) => {
        expect(error).toBeInstanceOf(BufferedDataLostError);
        lost.add(receipt.fileNumber);
      },
    );
    waits.push(settled);
    if (index % look === look - 1) vi.advanceTimersByTime(A_SECOND);
    if (index % commit === commit - 1) await session.commit().catch(() => undefined);
  }
  await session.close().catch(() => undefined);
  await Promise.all(waits);
  virtual.faults = [];
  // Every receipt came to one end or the other.
  expect(durable.size + lost.size).toBe(written.filter((file) => file !== undefined).length);
  return { written, durable, lost };
}

/** A process that writes a session until it is killed; the drive's power goes with it. */
async function killedSession(folder: string, afterMs: number) {
  const script = join(import.meta.dirname, 'session-child.mjs');
  const child = spawn(process.execPath, [script, dirname(compiled('index.js')), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const written: Written[] = [];
  const durable = new Set<number>();
  for await (const line of createInterface(child.stdout)) {
    const told = JSON.parse(line);
    if ('durable' in told) durable.add(told.durable);
    else written[told.fileNumber] = told;
    if (told.fileNumber === 0) setTimeout(() => child.kill('SIGKILL'), afterMs);
  }
  await exited;
  return { written, durable };
}

it('a session that is killed, reset or cut off leaves a prefix with all that was durable', {
  timeout: 7_200_000,
}, async () => {
  const random = randomFrom(SEED);
  const counts = { durable: 0, lost: 0, killed: 0 };
  const kinds = Object.keys(FAULTS) as Break[];
  for (let run = 0; run < RUNS; run += 1) {
    const bufferBytes = Math.floor(random() * 400) * KIB;
    if (run % KILL_EACH === KILL_EACH - 1) {
      await withBench(bufferBytes, async ({ tape }, folder) => {
        await tape.close();
        const { written, durable } = await killedSession(folder, random() * 150);
        await onDrive(folder, (bench) => expectPrefix(bench, written, durable));
        counts.killed += 1;
        counts.durable += durable.size;
      });
      continue;
    }
    const files = Array.from({ length: 1 + Math.floor(random() * 20) }, () => 1 + Math.floor(random() * 100 * KIB));
    const below = (most: number) => Math.floor(random() * most);
    const [after, commit, look] = [below(100), 1 + below(8), 1 + below(4)];
    const kind = kinds[run % kinds.length] ?? 'reset';
    await withBench(bufferBytes, async (bench) => {
      const broken = await brokenSession(bench, { files, commit, look }, after, kind);
      await expectPrefix(bench, broken.written, broken.durable).catch((cause: unknown) => {
        throw new Error(`run ${run}: ${kind} after ${after} commands, commits of ${commit}, looks of ${look}`, {
          cause,
        });
      });
      counts.durable += broken.durable.size;
      counts.lost += broken.lost.size;
    });
  }
  if (process.env.SESSION_RUNS !== undefined) process.stdout.write(`${JSON.stringify(counts)}\n`);
  expect(counts.durable).toBeGreaterThan(0);
  expect(counts.lost).toBeGreaterThan(0);
});

it('for all sessions: whatever breaks one off, all that was durable is there', { timeout: 600_000 }, async () => {
  const session = fc.record({
    files: fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 12 }),
    afterCount: fc.integer({ min: 0, max: 80 }),
    kind: fc.constantFrom<Break>('power cut', 'reset', 'deferred error'),
    commit: fc.integer({ min: 1, max: 6 }),
    look: fc.integer({ min: 1, max: 4 }),
    bufferBytes: fc.integer({ min: 0, max: 1_000_000 }),
  });
  await fc.assert(
    fc.asyncProperty(session, ({ files, afterCount, kind, commit, look, bufferBytes }) =>
      withBench(bufferBytes, async (bench) => {
        const { written, durable } = await brokenSession(bench, { files, commit, look }, afterCount, kind);
        await expectPrefix(bench, written, durable);
      }),
    ),
    {
      numRuns: 25,
      // What was left of the file under way got `st`'s filemark, and was a whole file with nothing in it.
      examples: [
        [{ files: [0, 1, 1], afterCount: 24, kind: 'deferred error', commit: 3, look: 9, bufferBytes: 1 }],
        [{ files: [1, 1], afterCount: 22, kind: 'deferred error', commit: 2, look: 9, bufferBytes: 1 }],
      ],
    },
  );
});
