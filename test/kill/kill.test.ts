import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { generateKey } from '../../src/keys/data-key.js';
import { FileKeyStore } from '../../src/keys/file-key-store.js';
import { readLabel, writeLabel } from '../../src/provider/label/label.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { createVirtualDrive } from '../../src/virtual/index.js';
import { randomFrom } from '../../src/virtual/unit/random.js';
import { compiledSources } from '../support/compiled.js';

/** Processes that are killed; `KILL_RUNS=1000` is the long run. */
const KILL_RUNS = Number(process.env.KILL_RUNS ?? 10);
/** Kills by the same seed are as long after the first word. */
const KILL_SEED = Number(process.env.KILL_SEED ?? 1);
/** A piece of work takes a few to some tens of milliseconds. */
const LONGEST_MS = 120;
/** Kills after which there are new cartridges: a full check reads all that is on one. */
const RENEW = 40;
const ID = 'KILL01L8';

const { path: compiled } = compiledSources();

/** What a child told until it was killed. */
interface Told {
  /** What was acknowledged, in order. */
  readonly done: readonly unknown[];
  /** What was under way. */
  readonly pending: unknown;
}

/** One kind of work: what it works on, and whether all that was acknowledged is there afterwards. */
interface Kind {
  readonly prepare: (folder: string) => Promise<string>;
  readonly check: (target: string, told: Told) => Promise<void>;
}

/** Starts a child, and kills it so long after the first thing that it acknowledged. */
async function killed(kind: string, target: string, seed: number, afterMs: number): Promise<Told> {
  const script = join(import.meta.dirname, 'child.mjs');
  const args = [script, dirname(compiled('index.js')), kind, target, String(seed)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  const done: unknown[] = [];
  let pending: unknown;
  for await (const line of createInterface(child.stdout)) {
    const told = JSON.parse(line);
    pending = told.begin;
    if (!('done' in told)) continue;
    if (done.push(told.done) === 1) setTimeout(() => child.kill('SIGKILL'), afterMs);
  }
  expect(await exited).toBe('SIGKILL');
  return { done, pending };
}

async function newDrive(folder: string): Promise<string> {
  await createVirtualDrive(folder, { cartridge: { barcode: ID } });
  return `virtual:${folder}`;
}

async function onDrive<T>(device: string, work: (drive: TapeDrive) => Promise<T>): Promise<T> {
  const drive = await TapeDrive.open(device);
  try {
    return await work(drive);
  } finally {
    await drive.close();
  }
}

/** After whatever was torn, the drive does what it should. */
async function expectUsable(drive: TapeDrive): Promise<void> {
  await writeLabel(drive, 'AFTER', { overwrite: true });
  expect(await readLabel(drive)).toBe('AFTER');
}

const archives = new Map<string, { readonly location: number; readonly checksum: string; readonly bytes: number }[]>();
const keys = new Map<string, Set<string>>();

const KINDS: Readonly<Record<string, Kind>> = {
  write: {
    prepare: async (folder) => {
      const device = await newDrive(folder);
      const provider = new LtoProvider({ devicePath: device });
      await provider.initializeMedia(ID);
      await provider.close();
      archives.set(device, []);
      return device;
    },
    check: async (device, { done }) => {
      const all = archives.get(device) ?? [];
      all.push(...(done as typeof all));
      const provider = new LtoProvider({ devicePath: device });
      try {
        await provider.prepareForWrite(ID, { closeUnterminated: true });
        for (const { location, checksum, bytes } of all) {
          expect(await provider.verifyArchive(ID, location, { expectedChecksum: checksum })).toMatchObject({ bytes });
        }
      } finally {
        await provider.close();
      }
    },
  },
  label: {
    prepare: newDrive,
    check: (device, { done, pending }) =>
      onDrive(device, async (drive) => {
        const label = await readLabel(drive).catch(() => 'none');
        expect(pending === undefined ? [done.at(-1)] : [done.at(-1), pending, 'none']).toContain(label);
        await expectUsable(drive);
      }),
  },
  erase: {
    prepare: newDrive,
    check: (device, { done, pending }) =>
      onDrive(device, async (drive) => {
        const last = done.at(-1) as 'blank' | { readonly checksum: string };
        if (pending === undefined && last === 'blank') {
          expect(await drive.spaceToEndOfData()).toMatchObject({ fileNumber: 0 });
        } else if (pending === undefined && last !== 'blank') {
          await drive.rewind();
          expect(await drive.verifyFile(0)).toMatchObject({ checksum: last.checksum });
        }
        await expectUsable(drive);
      }),
  },
  format: {
    prepare: newDrive,
    check: (device, { done, pending }) =>
      onDrive(device, async (drive) => {
        const count = (await drive.partitions())?.length;
        expect(pending === undefined ? [done.at(-1)] : [done.at(-1), pending]).toContain(count);
        await expectUsable(drive);
      }),
  },
  key: {
    prepare: async (folder) => {
      keys.set(join(folder, 'keystore.json'), new Set());
      return join(folder, 'keystore.json');
    },
    check: async (path, { done, pending }) => {
      const expected = keys.get(path) ?? new Set();
      for (const each of done as { readonly put?: string; readonly delete?: string }[]) {
        if (each.put !== undefined) expected.add(each.put);
        if (each.delete !== undefined) expected.delete(each.delete);
      }
      const store = new FileKeyStore(path, { passphrase: 'a passphrase', scryptCost: 14 });
      const found = new Set((await store.list()).map(({ id }) => id));
      const underWay = pending as { readonly put?: string; readonly delete?: string } | undefined;
      const differing = [...found, ...expected].filter((id) => !(found.has(id) && expected.has(id)));
      expect([[], [underWay?.put ?? underWay?.delete]]).toContainEqual(differing);
      keys.set(path, found);
      await store.put('after', generateKey());
      await store.delete('after');
      expect(await readdir(dirname(path))).toEqual(['keystore.json']);
    },
  },
};

it('loses nothing that was acknowledged, whenever a process is killed', { timeout: 7_200_000 }, async () => {
  const random = randomFrom(KILL_SEED);
  const names = Object.keys(KINDS);
  const targets = new Map<string, string>();
  const counts = { kills: 0, acknowledged: 0, torn: 0 };
  let folder = '';
  try {
    for (let run = 0; run < KILL_RUNS; run += 1) {
      if (run % RENEW === 0) {
        if (folder !== '') await rm(folder, { recursive: true });
        folder = await mkdtemp(join(tmpdir(), 'lto-kill-'));
        targets.clear();
      }
      const name = names[run % names.length] ?? '';
      const kind = KINDS[name];
      if (kind === undefined) throw new Error('there is no such kind');
      const target = targets.get(name) ?? (await kind.prepare(await mkdtemp(join(folder, `${name}-`))));
      targets.set(name, target);
      const afterMs = random() * LONGEST_MS;
      const told = await killed(name, target, run * 10_000, afterMs);
      try {
        await kind.check(target, told);
      } catch (error) {
        throw new Error(`kill ${run}, ${name}, after ${afterMs} ms, ${JSON.stringify(told)}`, { cause: error });
      }
      counts.kills += 1;
      counts.acknowledged += told.done.length;
      if (told.pending !== undefined) counts.torn += 1;
    }
  } finally {
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  }
  if (process.env.KILL_RUNS !== undefined) process.stdout.write(`${JSON.stringify(counts)}\n`);
  expect(counts.acknowledged).toBeGreaterThanOrEqual(counts.kills);
  expect(counts.torn).toBeGreaterThan(0);
});
