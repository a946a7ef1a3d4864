// Processes that are killed while they record, write index archives, scan, reconcile and rebuild: at a random moment, with a
// second process on the catalogue, and at each place between the tape and the catalogue.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteFile } from '../../src/catalogue/engine/sqlite-file.js';
import { type Catalogue, openCatalogue, rebuild, reconcile } from '../../src/catalogue/index.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { createVirtualDrive } from '../../src/virtual/index.js';
import { randomFrom } from '../../src/virtual/unit/random.js';
import { knowable } from '../catalogue/knowable.js';
import { compiledSources } from '../support/compiled.js';

/** Processes that are killed; `CATALOGUE_RUNS=500` is the long run. */
const RUNS = Number(process.env.CATALOGUE_RUNS ?? 6);
const SEED = Number(process.env.CATALOGUE_SEED ?? 1);
/** A process is killed so long after a few acknowledgements, however slow the machine is. */
const LONGEST_MS = 150;
const MOST_ACKNOWLEDGED = 5;
/** Kills after which there are a new cartridge and a new catalogue: a check reads all that is on one. */
const RENEW = 10;
/** Changes of the catalogue at which a process is killed. */
const POINTS = 5;
const ID = 'KILL01L8';
const KINDS = ['write', 'session', 'reconcile', 'rebuild', 'scan'] as const;
type Kind = (typeof KINDS)[number];

const { path: compiled } = compiledSources();

/** What a child told until it was killed. */
interface Told {
  readonly begun: readonly { readonly number: number; readonly checksum: string }[];
  readonly done: readonly unknown[];
}

interface Work {
  readonly kind: Kind | 'beside';
  readonly device: string;
  readonly catalogue: string;
  readonly seed: number;
  /** `before 3`: as its third changes come to the catalogue. */
  readonly point?: string | undefined;
}

interface Moment {
  readonly acknowledged: number;
  readonly afterMs: number;
}

/** Runs a child until it kills itself, or until that moment: so long after so many acknowledgements. */
async function killed({ kind, device, catalogue, seed, point }: Work, moment?: Moment): Promise<Told> {
  const script = join(import.meta.dirname, 'catalogue-child.mjs');
  const args = [script, dirname(compiled('index.js')), kind, device, catalogue, String(seed)];
  const child = spawn(process.execPath, [...args, ...(point === undefined ? [] : [point])], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_LTO_PREBUILD: join(import.meta.dirname, '../..') },
  });
  const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  const begun: Told['begun'][number][] = [];
  const done: unknown[] = [];
  let isDue = false;
  for await (const line of createInterface(child.stdout)) {
    const told = JSON.parse(line);
    if (typeof told.begin === 'object') begun.push(told.begin);
    if ('done' in told) done.push(told.done);
    if (isDue) continue;
    isDue = moment !== undefined && done.length >= moment.acknowledged;
    if (isDue) setTimeout(() => child.kill('SIGKILL'), moment?.afterMs);
  }
  expect(await exited).toBe('SIGKILL');
  return { begun, done };
}

/** SQLite's own judgement of the file that the next process has opened, and of the index of trigrams. */
async function expectUndamaged(path: string): Promise<void> {
  await withCatalogue(path, (catalogue) => catalogue.stats());
  const { file } = openSqliteFile(path);
  try {
    expect(file.all('PRAGMA integrity_check', [])).toEqual([{ integrity_check: 'ok' }]);
    for (const index of ['member_names', 'folder_paths']) {
      file.exec(`INSERT INTO ${index}(${index}, rank) VALUES ('integrity-check', 1)`);
    }
  } finally {
    file.close();
  }
}

async function withCatalogue<T>(path: string, work: (catalogue: Catalogue) => Promise<T>): Promise<T> {
  const catalogue = await openCatalogue(path);
  try {
    return await work(catalogue);
  } finally {
    await catalogue.close();
  }
}

async function withProvider<T>(
  device: string,
  catalogue: Catalogue | undefined,
  work: (provider: LtoProvider) => Promise<T>,
): Promise<T> {
  await using provider = new LtoProvider({ devicePath: device, recordSize: 16384 }, { catalogue });
  return await work(provider);
}

/** A cartridge, what was recorded of it, and the checksums of all that was begun, by its number. */
class Bench {
  readonly device: string;
  readonly #root: string;
  readonly #checksums = new Map<string, string>();
  #files = 0;

  constructor(root: string) {
    this.#root = root;
    this.device = `virtual:${join(root, 'drive')}`;
  }

  static async create(root: string): Promise<Bench> {
    await createVirtualDrive(join(root, 'drive'), { cartridge: { barcode: ID } });
    const bench = new Bench(root);
    await withProvider(bench.device, undefined, (provider) => provider.initializeMedia(ID));
    return bench;
  }

  get catalogue(): string {
    return join(this.#root, 'catalogue.sqlite');
  }

  /** A catalogue that knows nothing yet. */
  newCatalogue(): string {
    this.#files += 1;
    return join(this.#root, `catalogue-${this.#files}.sqlite`);
  }

  begun(archives: Told['begun']): void {
    for (const { number, checksum } of archives) this.#checksums.set(String(number), checksum);
  }

  /** Whatever the catalogue says to be on tape is there, and is what was to be written. */
  async expectNothingInvented(catalogue: Catalogue): Promise<void> {
    const archives = await catalogue.archives({ states: ['durable', 'verified'], cartridge: ID });
    await withProvider(this.device, undefined, async (provider) => {
      for (const { parts, checksum, tags, bytes } of archives) {
        expect(parts).toHaveLength(1);
        const expected = tags?.number === undefined ? checksum : this.#checksums.get(tags.number);
        expect(checksum).toBe(expected);
        const location = parts[0]?.fileNumber ?? 0;
        expect(await provider.verifyArchive(ID, location, { expectedChecksum: expected })).toMatchObject({ bytes });
      }
    });
  }

  /** What a new catalogue learns from the tape. */
  async truth(index: boolean): Promise<unknown[]> {
    return withCatalogue(this.newCatalogue(), (catalogue) =>
      withProvider(this.device, undefined, async (provider) => {
        await rebuild(catalogue, provider, [ID], { index });
        return knowable(catalogue);
      }),
    );
  }

  /** The next process ends the file that was cut off, reconciles, and then tape and catalogue say the same. */
  async expectReconciled(path: string): Promise<void> {
    await withCatalogue(path, async (catalogue) => {
      await withProvider(this.device, catalogue, async (provider) => {
        await provider.prepareForWrite(ID, { closeUnterminated: true });
        await reconcile(catalogue, provider, ID);
        const { unproven, ...changed } = await reconcile(catalogue, provider, ID);
        expect(changed).toEqual({ durable: [], found: [], lost: [] });
        // Of archives that have no member, only the size is there to be compared.
        for (const archive of unproven) expect(await catalogue.members(archive, { limit: 1 })).toEqual([]);
      });
      await this.expectNothingInvented(catalogue);
      expect((await catalogue.archives({ states: ['writing', 'buffered'], cartridge: ID })).length).toBe(0);
      const known = (await knowable(catalogue)).filter((one) => !JSON.stringify(one).includes('BESIDE01'));
      expect(known).toEqual(await this.truth(false));
      expect(known).toEqual(await this.truth(true));
    });
  }
}

interface Receipt {
  readonly catalogued?: { readonly archive: string; readonly failure?: unknown };
}

/** Everything that was acknowledged is known as durable, with all of its members. */
async function expectAcknowledged(catalogue: Catalogue, receipts: readonly Receipt[]): Promise<void> {
  for (const { catalogued } of receipts) {
    expect(catalogued).toEqual({ archive: catalogued?.archive });
    const [archive] = await catalogue.archives({ archive: catalogued?.archive });
    expect(['durable', 'verified']).toContain(archive?.state);
    expect(await catalogue.members(archive?.archive ?? '')).toHaveLength(archive?.members ?? -1);
  }
}

const RECORDING: readonly string[] = ['write', 'session'];

/** One process is killed, and another goes on. */
async function oneKill(bench: Bench, work: Omit<Work, 'device' | 'catalogue'>, moment?: Moment): Promise<Told> {
  const { kind } = work;
  const { device } = bench;
  if (RECORDING.includes(kind)) {
    const { catalogue } = bench;
    const children = [killed({ ...work, device, catalogue }, moment)];
    if (moment !== undefined) children.push(killed({ ...work, kind: 'beside', device, catalogue }, moment));
    const [told, beside] = await Promise.all(children);
    if (told === undefined) throw new Error('no child');
    bench.begun(told.begun);
    await expectUndamaged(catalogue);
    await withCatalogue(catalogue, async (opened) => {
      await bench.expectNothingInvented(opened);
      await expectAcknowledged(opened, told.done as Receipt[]);
      for (const archive of (beside?.done ?? []) as string[]) expect(await opened.members(archive)).toHaveLength(20);
    });
    await bench.expectReconciled(catalogue);
    return told;
  }
  const before = await bench.truth(false);
  const catalogue = bench.newCatalogue();
  const told = await killed({ ...work, device, catalogue }, moment);
  await expectUndamaged(catalogue);
  expect(await bench.truth(false)).toEqual(before);
  await withCatalogue(catalogue, (opened) => bench.expectNothingInvented(opened));
  if (kind === 'rebuild') {
    await withCatalogue(catalogue, (opened) =>
      withProvider(device, undefined, (provider) => rebuild(opened, provider, [ID], { index: work.seed % 2 === 0 })),
    );
  }
  await bench.expectReconciled(catalogue);
  return told;
}

it('a catalogue has what is on tape and nothing else, whenever a process is killed', {
  timeout: 7_200_000,
}, async () => {
  const root = await mkdtemp(join(tmpdir(), 'node-lto-catalogue-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const random = randomFrom(SEED);
  const below = (most: number) => Math.floor(random() * most);
  let acknowledged = 0;
  let bench: Bench | undefined;
  for (let run = 0; run < RUNS; run += 1) {
    if (run % RENEW === 0) bench = await Bench.create(await mkdtemp(join(root, 'bench-')));
    // A new cartridge gets something first.
    const kind = run % RENEW < 2 ? RECORDING[run % 2] : KINDS[below(KINDS.length)];
    const atPoint = kind !== 'scan' && random() < 0.5;
    const point = atPoint ? `${random() < 0.5 ? 'before' : 'after'} ${1 + below(POINTS)}` : undefined;
    const moment = atPoint ? undefined : { acknowledged: below(MOST_ACKNOWLEDGED), afterMs: random() * LONGEST_MS };
    const seed = 1 + run * 1000 + below(2);
    if (bench === undefined || kind === undefined) throw new Error('nothing to do');
    try {
      const { done } = await oneKill(bench, { kind: kind as Kind, seed, point }, moment);
      if (RECORDING.includes(kind)) acknowledged += done.length;
    } catch (error) {
      throw new Error(`kill ${run}: ${kind}, ${point ?? JSON.stringify(moment)}`, { cause: error });
    }
  }
  expect(acknowledged).toBeGreaterThan(0);
});
