import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { encodeTextMembers } from '../../src/archive/encode/text-members.js';
import {
  type Catalogue,
  openCatalogue,
  type restoreMembers as RestoreMembers,
  reconcile,
} from '../../src/catalogue/index.js';
import { CatalogueError } from '../../src/index.js';
import type { ArchiveRecorder } from '../../src/provider/record/changes.js';
import { ID, newLabelledBench } from '../provider/support.js';
import { compiledSources } from '../support/compiled.js';
import { temporaryFolder } from '../virtual/support.js';

const compiled = compiledSources();

/** Compiled: the thread that extracts runs JavaScript. */
const restoreMembers: typeof RestoreMembers = async (...args) => {
  process.env.NODE_LTO_PREBUILD ??= join(import.meta.dirname, '../..');
  const module = await import(compiled.url('catalogue/index.js'));
  return module.restoreMembers(...args);
};

async function newCatalogue(): Promise<Catalogue> {
  const catalogue = await openCatalogue(join(await temporaryFolder(), 'catalogue.sqlite'));
  onTestFinished(() => catalogue.close());
  return catalogue;
}

/** A catalogue that can be out of reach. */
function breakable(catalogue: Catalogue): ArchiveRecorder & { isGone: boolean } {
  const recorder = {
    isGone: false,
    apply: async (changes: Parameters<Catalogue['apply']>[0]) => {
      if (recorder.isGone) throw new CatalogueError('the server is gone', { reason: 'unreachable' });
      await catalogue.apply(changes);
    },
  };
  return recorder;
}

const content = (path: string) => `content of ${path}\n`.repeat(300);
const archiveOf = (...names: string[]) => encodeTextMembers(names.map((path) => ({ path, content: content(path) })));

it('restores members from where they are, and nothing else', async () => {
  const catalogue = await newCatalogue();
  const { provider } = await newLabelledBench({ recordSize: 4096 }, {}, { catalogue });
  const files = Array.from({ length: 40 }, (_, index) => `tree/deep/file-${index}.txt`);
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, archiveOf('other/one.txt', 'other/two.txt'));
  await provider.writeArchive(ID, archiveOf(...files));
  const target = join(await temporaryFolder(), 'restored');
  const { members } = await catalogue.find({ pattern: '*-3?.txt' });
  const two = await catalogue.find({ pattern: 'two' });
  const report = await restoreMembers(catalogue, provider, [...members.toReversed(), ...two.members], target);
  expect(report).toMatchObject({ members: 11, archives: 2, cartridges: [ID] });
  expect(await readFile(join(target, 'tree/deep/file-37.txt'), 'utf8')).toBe(content('tree/deep/file-37.txt'));
  expect(await readFile(join(target, 'other/two.txt'), 'utf8')).toBe(content('other/two.txt'));
  await expect(readFile(join(target, 'other/one.txt'))).rejects.toThrow('ENOENT');
});

it('finds what a catalogue that was away has missed, with its members', async () => {
  const catalogue = await newCatalogue();
  const recorder = breakable(catalogue);
  const { provider } = await newLabelledBench({}, {}, { catalogue: recorder });
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, archiveOf('a/known.txt'));
  recorder.isGone = true;
  const missed = await provider.writeArchive(ID, archiveOf('a/missed.txt'));
  expect(missed.catalogued?.failure).toMatchObject({ code: 'LTO_CATALOGUE' });
  recorder.isGone = false;
  const { found, lost, durable } = await reconcile(catalogue, provider, ID);
  expect([found.length, lost, durable]).toEqual([1, [], []]);
  const { members } = await catalogue.find({ pattern: 'missed' });
  expect(members).toMatchObject([{ path: 'a/missed.txt', place: { cartridge: ID, fileNumber: 2 } }]);
  const [archive] = await catalogue.archives({ archive: found[0] });
  expect(archive).toMatchObject({ bytes: missed.bytes, checksum: missed.checksum, membersComplete: true });
  // And nothing more the next time.
  expect(await reconcile(catalogue, provider, ID)).toEqual({ durable: [], found: [], lost: [] });
});

it('finds an archive that was begun before a crash under its name, and one that never came to the tape as lost', async () => {
  const catalogue = await newCatalogue();
  const recorder = breakable(catalogue);
  const { provider } = await newLabelledBench({}, {}, { catalogue: recorder });
  await provider.prepareForWrite(ID);
  const begun = { records: 0, bytes: 0, recordSize: 0, cartridge: ID };
  const archive = { type: 'archive', state: 'writing', bytes: 0, membersComplete: false, createdAt: 1 } as const;
  await catalogue.apply([
    { ...archive, archive: 'crashed', parts: [{ ...begun, fileNumber: 1 }], tags: { job: 'nightly' } },
    { ...archive, archive: 'never', parts: [{ ...begun, fileNumber: 2 }] },
  ]);
  recorder.isGone = true;
  await provider.writeArchive(ID, archiveOf('a.txt'));
  expect(await reconcile(catalogue, provider, ID)).toEqual({ durable: [], found: ['crashed'], lost: ['never'] });
  expect(await catalogue.archives({ archive: 'crashed' })).toMatchObject([
    { state: 'durable', tags: { job: 'nightly' } },
  ]);
});

it('finds buffered archives on tape, or not', async () => {
  const catalogue = await newCatalogue();
  const { provider } = await newLabelledBench({}, {}, { catalogue });
  await provider.prepareForWrite(ID);
  const { catalogued } = await provider.writeArchive(ID, archiveOf('a.txt'));
  const [{ members: _, ...record } = never()] = await catalogue.archives();
  const gone = { ...record, archive: 'gone', parts: record.parts.map((part) => ({ ...part, fileNumber: 2 })) };
  await catalogue.apply([
    { type: 'archive', ...record, state: 'buffered' },
    { type: 'archive', ...gone, state: 'buffered' },
  ]);
  expect(await reconcile(catalogue, provider, ID)).toEqual({
    durable: [catalogued?.archive],
    found: [],
    lost: ['gone'],
  });
});

it('says that a cartridge was written elsewhere, and reconciles it', async () => {
  const catalogue = await newCatalogue();
  const recorder = breakable(catalogue);
  const { provider } = await newLabelledBench({ recordSize: 4096 }, {}, { catalogue: recorder });
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, archiveOf('a/first.txt', 'a/second.txt'));
  recorder.isGone = true;
  await provider.initializeMedia(ID, { overwrite: ID });
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, archiveOf('b/other1.txt', 'b/other22.txt'));
  recorder.isGone = false;
  const { members } = await catalogue.find({ pattern: 'second' });
  const target = join(await temporaryFolder(), 'restored');
  await expect(restoreMembers(catalogue, provider, members, target)).rejects.toMatchObject({
    code: 'LTO_VERIFICATION_FAILED',
  });
  const { lost, found } = await reconcile(catalogue, provider, ID, { verify: true });
  expect([lost.length, found.length]).toEqual([1, 1]);
  expect((await catalogue.find({ pattern: 'second' })).members).toEqual([]);
  expect((await catalogue.find({ pattern: 'other' })).members).toHaveLength(2);
});

it('refuses what is no cartridge, no list and no folder', async () => {
  const catalogue = await newCatalogue();
  const { provider } = await newLabelledBench();
  for (const cartridge of [null, '', 7]) {
    await expect(reconcile(catalogue, provider, cartridge as never)).rejects.toMatchObject({
      code: 'LTO_INVALID_ARGUMENT',
    });
  }
  await expect(restoreMembers(catalogue, provider, null as never, 'folder')).rejects.toMatchObject({
    code: 'LTO_INVALID_ARGUMENT',
  });
  await expect(restoreMembers(catalogue, provider, [], '')).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
});

function never(): never {
  throw new Error('there is none');
}
