import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { encodeTextMembers } from '../../src/archive/encode/text-members.js';
import { type Catalogue, openCatalogue, rebuild } from '../../src/catalogue/index.js';
import { MemoryKeyStore } from '../../src/keys/memory-key-store.js';
import { type Bench, ID, labelOther, MIB, newLabelledBench } from '../provider/support.js';
import { newKey } from '../support/keys.js';
import { temporaryFolder } from '../virtual/support.js';
import { type KnowableArchive, knowable } from './knowable.js';

const SECOND = 'AA0002L8';
const CARTRIDGES = [ID, SECOND];
const CAPACITY = 3 * MIB;

async function newCatalogue(): Promise<Catalogue> {
  const catalogue = await openCatalogue(join(await temporaryFolder(), 'catalogue.sqlite'));
  onTestFinished(() => catalogue.close());
  return catalogue;
}

const archiveOf = (names: readonly string[], bytes: number) =>
  encodeTextMembers(names.map((path) => ({ path, content: path.padEnd(bytes, '.') })));

/** Puts a cartridge into the drive if it is not there. */
async function insert({ virtual }: Bench, id: string): Promise<void> {
  if (virtual.cartridge === id) return;
  if (virtual.cartridge !== undefined) await virtual.remove();
  await virtual.insert(id);
}

interface Step {
  readonly kind: 'archive' | 'raw' | 'relabel' | 'session' | 'span' | 'without index';
  readonly cartridge: string;
  readonly size: number;
}

const STEP: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('archive', 'archive', 'raw', 'relabel', 'session', 'span', 'without index'),
  cartridge: fc.constantFrom(...CARTRIDGES),
  size: fc.integer({ min: 0, max: 300_000 }),
});

/** Archives of the step that failed: a session has two, a spanned one a part on each cartridge. */
const MOST_LEFT_OVER = 2;

let steps = 0;

/** Does a step; what does not fit any more is left out. */
async function take(bench: Bench, plain: Bench['provider'], { kind, cartridge, size }: Step): Promise<void> {
  const { provider } = bench;
  steps += 1;
  const names = [`${steps}/one.txt`, `${steps}/two.txt`];
  await insert(bench, cartridge);
  if (kind === 'relabel') {
    await provider.initializeMedia(cartridge, { overwrite: cartridge });
    return;
  }
  const writer = kind === 'without index' ? plain : provider;
  await writer.prepareForWrite(cartridge, { closeUnterminated: true });
  if (kind === 'session') {
    await using session = await provider.writeSession(cartridge);
    for (const name of names) await session.writeArchive(archiveOf([name], 1000));
    await session.commit();
  } else if (kind === 'span') {
    const next = CARTRIDGES.find((other) => other !== cartridge) ?? '';
    await provider.writeArchive(cartridge, archiveOf(names, size * 4), {
      onEndOfMedium: async () => {
        await insert(bench, next);
        return next;
      },
    });
  } else await writer.writeArchive(cartridge, kind === 'raw' ? Buffer.alloc(size, 7) : archiveOf(names, size));
}

async function rebuiltEqual(history: readonly Step[], encrypted: boolean): Promise<void> {
  const keyStore = new MemoryKeyStore([['k1', newKey()]]);
  const catalogue = await newCatalogue();
  const settings = { recordSize: 16384, ...(encrypted && { encryptionKeyId: 'k1' }) };
  const drive = { cartridge: { barcode: ID, capacityBytes: CAPACITY } };
  const bench = await newLabelledBench({ ...settings, indexArchive: true }, drive, { catalogue, keyStore });
  const { LtoProvider } = await import('../../src/provider/provider.js');
  const plain = new LtoProvider(
    { devicePath: bench.device, ...settings },
    { open: async () => bench.tape, catalogue, keyStore },
  );
  await labelOther(bench, SECOND, CAPACITY);
  let isTorn = false;
  for (const step of history) {
    try {
      await take(bench, plain, step);
    } catch (error) {
      // The tape is full: nobody says that this archive is on it.
      expect(error).toMatchObject({ code: expect.stringMatching(/END_OF_MEDIUM|INVALID_ARGUMENT|WRITE/) });
      isTorn = true;
      break;
    }
  }
  const original = await knowable(catalogue);
  const lastFile = (id: string) => {
    const parts = original.flatMap(({ parts }) => parts).filter(({ cartridge }) => cartridge === id);
    return Math.max(-1, ...parts.map(({ fileNumber }) => fileNumber));
  };
  // What is left of it on the tape, behind all other archives, is found as what it is: a file that nobody vouched for.
  const isLeftOver = ({ parts }: KnowableArchive) =>
    isTorn && parts.every(({ cartridge, fileNumber }) => fileNumber > lastFile(cartridge));
  const onCartridge = (id: string) => insert(bench, id);
  for (const index of [true, false]) {
    const again = await newCatalogue();
    const report = await rebuild(again, plain, CARTRIDGES, { index, onCartridge });
    const found = await knowable(again);
    expect(
      found.filter((archive) => !isLeftOver(archive)),
      `index: ${index}`,
    ).toEqual(original);
    expect(found.filter(isLeftOver).length).toBeLessThanOrEqual(MOST_LEFT_OVER);
    expect(report.lost).toEqual([]);
    if (!index) expect(report.fromIndex).toEqual([]);
    // A second time, nothing changes: the names stay.
    const before = (await again.archives()).map(({ archive }) => archive).toSorted();
    await rebuild(again, plain, CARTRIDGES, { index, onCartridge });
    expect((await again.archives({ states: ['durable'] })).map(({ archive }) => archive).toSorted()).toEqual(before);
  }
  // And what was there all along keeps names and tags.
  const archives = await catalogue.archives({ states: ['durable'] });
  await rebuild(catalogue, plain, CARTRIDGES, { onCartridge });
  const after = (await catalogue.archives({ states: ['durable'] })).filter((archive) => !isLeftOver(archive));
  expect(after.map(({ archive }) => archive).toSorted()).toEqual(archives.map(({ archive }) => archive).toSorted());
  await plain.close();
}

it('is equal for a history with everything in it', async () => {
  const history: Step[] = [
    { kind: 'archive', cartridge: ID, size: 1000 },
    { kind: 'relabel', cartridge: ID, size: 0 },
    { kind: 'archive', cartridge: ID, size: 100_000 },
    { kind: 'session', cartridge: SECOND, size: 0 },
    { kind: 'without index', cartridge: ID, size: 50_000 },
    { kind: 'raw', cartridge: ID, size: 30_000 },
    { kind: 'span', cartridge: ID, size: 400_000 },
    { kind: 'archive', cartridge: SECOND, size: 7000 },
  ];
  for (const encrypted of [false, true]) await rebuiltEqual(history, encrypted);
}, 300_000);

it('is equal for random histories, from the index and from a full scan', async () => {
  const property = fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 7 }), fc.boolean(), rebuiltEqual);
  await fc.assert(property, { numRuns: Number(process.env.FC_RUNS ?? 12), endOnFailure: true });
}, 600_000);

it('loses no archive whose key is not there, that cannot be read, or whose other cartridge is not looked at', async () => {
  const keyStore = new MemoryKeyStore([['k1', newKey()]]);
  const catalogue = await newCatalogue();
  const settings = { recordSize: 16384 };
  const drive = { cartridge: { barcode: ID, capacityBytes: CAPACITY } };
  const bench = await newLabelledBench(settings, drive, { catalogue, keyStore });
  const { provider, tape, virtual } = bench;
  await labelOther(bench, SECOND, CAPACITY);
  const { LtoProvider } = await import('../../src/provider/provider.js');
  const open = async () => tape;
  const location = { devicePath: bench.device, ...settings };
  const secret = new LtoProvider({ ...location, encryptionKeyId: 'k1' }, { open, catalogue, keyStore });
  await secret.prepareForWrite(ID);
  await secret.writeArchive(ID, Buffer.alloc(50_000, 1));
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, Buffer.alloc(200_000, 2));
  const bad = await provider.writeArchive(ID, Buffer.alloc(100_000, 3));
  await provider.writeArchive(ID, Buffer.alloc(4_000_000, 4), {
    onEndOfMedium: async () => {
      await insert(bench, SECOND);
      return SECOND;
    },
  });
  await insert(bench, ID);
  const before = await catalogue.archives();
  expect(before).toHaveLength(4);
  const keyless = new LtoProvider(location, { open, catalogue, keyStore: new MemoryKeyStore([]) });
  const atObject = (bad.parts[0]?.firstLogicalObject ?? 0) + 2;
  virtual.faults = [{ command: 'READ(6)', atObject, outcome: { sense: { key: 3, asc: 0x11, ascq: 0 } } }];
  const report = await rebuild(catalogue, keyless, [ID], { index: false });
  expect(report.lost).toEqual([]);
  expect(report.found).toHaveLength(1);
  expect(await catalogue.archives()).toEqual(before);
  // What was overwritten is lost.
  virtual.faults = [];
  await provider.initializeMedia(ID, { overwrite: ID });
  const left = await newCatalogue();
  await left.apply(before.map(({ members: _, ...record }) => ({ type: 'archive', ...record }) as const));
  expect((await rebuild(left, keyless, [ID], { index: false })).lost).toHaveLength(3);
});

it('refuses what is no list of cartridges', async () => {
  const catalogue = await newCatalogue();
  const { provider } = await newLabelledBench();
  for (const cartridges of [null, 'AA0001L8', [7], ['']]) {
    await expect(rebuild(catalogue, provider, cartridges as never)).rejects.toMatchObject({
      code: 'LTO_INVALID_ARGUMENT',
    });
  }
  await expect(rebuild(catalogue, provider, [ID], { index: 'x' } as never)).rejects.toMatchObject({
    code: 'LTO_INVALID_ARGUMENT',
  });
  await expect(rebuild(catalogue, provider, ['OTHER1L8'])).rejects.toMatchObject({ code: 'LTO_LABEL' });
});
