import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { TapeLibrary } from '../../src/library/tape-library.js';
import type { ArchivePart } from '../../src/provider/archive/archive.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { createVirtualLibrary, VirtualLibrary } from '../../src/virtual/index.js';
import { randomFrom } from '../../src/virtual/unit/random.js';
import { compiledSources } from '../support/compiled.js';
import { inventoryOf } from './library-campaign.js';

/** Processes that are killed; `JOB_RUNS=500` is the long run. */
const RUNS = Number(process.env.JOB_RUNS ?? 4);
const SEED = Number(process.env.JOB_SEED ?? 1);
/** A job takes some tens to some hundreds of milliseconds. */
const LONGEST_MS = 4000;
/** Kills after which there is a new library: a check reads all that is in one. */
const RENEW = 8;
const MIB = 2 ** 20;
const OWN = ['A00001L8', 'A00002L8', 'A00003L8'];
const POOL = ['A00004L8', 'A00005L8', 'A00006L8', 'A00007L8', 'A00008L8', 'A00009L8'];

const { path: compiled } = compiledSources();

/** What a child told until it was killed. */
interface Told {
  /** Parts of the archives that were acknowledged. */
  readonly archives: readonly (readonly ArchivePart[])[];
  readonly refused: readonly string[];
  readonly cleaned: number;
  /** What was under way. */
  readonly pending: string | undefined;
}

async function newLibrary(folder: string): Promise<string> {
  const drive = { earlyWarningBytes: MIB };
  await createVirtualLibrary(folder, { slots: 12, cartridges: 9, cleaning: 2, capacityBytes: 4 * MIB, drive });
  const device = `virtual:${folder}`;
  const provider = new LtoProvider({ library: device });
  for (const id of OWN) await provider.initializeMedia(id);
  await provider.close();
  return device;
}

/** Errors that a job may end with: the cartridge, or the pool, is full. */
const EXPECTED: ReadonlySet<string> = new Set(['LTO_ELEMENT', 'LTO_END_OF_MEDIUM']);

async function killed(device: string, seed: number, afterMs: number): Promise<Told> {
  const script = join(import.meta.dirname, 'library-job-child.mjs');
  const args = [script, dirname(compiled('index.js')), device, String(seed), OWN.join(','), ...POOL];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_LTO_PREBUILD: join(import.meta.dirname, '../..') },
  });
  const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  const archives: (readonly ArchivePart[])[] = [];
  const refused: string[] = [];
  let pending: string | undefined;
  let cleaned = 0;
  let begun = false;
  for await (const line of createInterface(child.stdout)) {
    const told = JSON.parse(line);
    if (!begun) setTimeout(() => child.kill('SIGKILL'), afterMs);
    begun = true;
    if (told.cleaned) {
      cleaned += 1;
      continue;
    }
    pending = told.begin;
    if (told.done?.length > 0) archives.push(told.done);
    if (told.refused === undefined) continue;
    expect(EXPECTED.has(told.refused), `${told.refused}: ${told.message}`).toBe(true);
    refused.push(told.refused);
  }
  expect(await exited).toBe('SIGKILL');
  return { archives, refused, cleaned, pending };
}

/** Barcodes of all elements, as the next process finds them. */
async function barcodes(folder: string): Promise<readonly string[]> {
  const library = await VirtualLibrary.open(folder);
  try {
    return library.elements.flatMap(({ cartridge }) => cartridge ?? []).toSorted();
  } finally {
    await library.close();
  }
}

/** The next process reads all that was acknowledged, writes, and puts every cartridge away. */
async function expectResumed(device: string, archives: readonly (readonly ArchivePart[])[]): Promise<void> {
  const provider = new LtoProvider({ library: device });
  try {
    for (const parts of archives) {
      const [first] = parts;
      if (first === undefined) throw new Error('an archive without parts');
      const { cartridge, location } = first;
      let bytes = 0;
      for await (const chunk of await provider.readArchive(cartridge, location, { parts })) bytes += chunk.length;
      expect(bytes).toBe(parts.reduce((sum, part) => sum + part.bytes, 0));
      if (parts.length === 1) await provider.verifyArchive(cartridge, location, { expectedChecksum: first.checksum });
    }
    for (const id of OWN) await provider.prepareForWrite(id, { closeUnterminated: true });
  } finally {
    await provider.close();
  }
  // What the killed process left in a drive that was not needed, such as a cleaning cartridge.
  const library = await TapeLibrary.open(device);
  try {
    await library.audit();
    const { elements } = await library.inventory();
    for (const { kind, full, address } of elements) if (kind === 'drive' && full) await library.unload({ address });
  } finally {
    await library.close();
  }
  const places = Object.keys(await inventoryOf(device)).map(Number);
  expect(places.every((address) => address > 1000)).toBe(true);
}

it('a provider that is killed in any job in a library loses nothing, and the next one goes on', {
  timeout: 7_200_000,
}, async () => {
  const root = await mkdtemp(join(tmpdir(), 'node-lto-job-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const random = randomFrom(SEED);
  const counts = { kills: 0, archives: 0, spanned: 0, cleaned: 0, refused: 0, torn: {} as Record<string, number> };
  let folder = '';
  let device = '';
  let all: readonly string[] = [];
  let archives: (readonly ArchivePart[])[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    if (run % RENEW === 0) {
      folder = join(root, String(run));
      device = await newLibrary(folder);
      all = await barcodes(folder);
      archives = [];
    }
    const afterMs = random() * LONGEST_MS;
    const told = await killed(device, SEED * 10_000 + run, afterMs);
    archives.push(...told.archives);
    try {
      expect(await barcodes(folder)).toEqual(all);
      await expectResumed(device, archives);
      expect(await barcodes(folder)).toEqual(all);
    } catch (error) {
      throw new Error(`kill ${run} after ${afterMs} ms, in ${told.pending}`, { cause: error });
    }
    counts.kills += 1;
    counts.archives += told.archives.length;
    counts.spanned += told.archives.filter((parts) => parts.length > 1).length;
    counts.cleaned += told.cleaned;
    counts.refused += told.refused.length;
    const pending = told.pending ?? 'between jobs';
    counts.torn[pending] = (counts.torn[pending] ?? 0) + 1;
  }
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  expect(counts.archives).toBeGreaterThan(0);
});
