import { link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { encodeTextMembers } from '../../src/archive/encode/text-members.js';
import {
  type Catalogue,
  openCatalogue,
  type restoreMembers as RestoreMembers,
  rebuild,
  reconcile,
} from '../../src/catalogue/index.js';
import { CatalogueError, type LtoProvider } from '../../src/index.js';
import type { ArchiveRecorder } from '../../src/provider/record/changes.js';
import { write6 } from '../../src/scsi/index.js';
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

/** An archive of a folder, by the packer's thread. */
async function packed(folder: string) {
  process.env.NODE_LTO_PREBUILD ??= join(import.meta.dirname, '../..');
  const module: typeof import('../../src/archive/pack/pack-folder.js') = await import(
    compiled.url('archive/pack/pack-folder.js')
  );
  return module.packFolder(folder);
}

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

it('restores of a path in several archives the one that was archived last', async () => {
  const catalogue = await newCatalogue();
  const { provider } = await newLabelledBench({}, {}, { catalogue });
  await provider.prepareForWrite(ID);
  const version = (text: string) => encodeTextMembers([{ path: 'nightly/a.txt', content: text }]);
  const [monday = '', , wednesday] = [
    await provider.writeArchive(ID, version('monday')),
    await provider.writeArchive(ID, version('tuesday')),
    await provider.writeArchive(ID, version('wednesday')),
  ].map(({ catalogued }) => catalogued?.archive);
  const { members } = await catalogue.find({ pattern: 'nightly/*' });
  expect(members.length).toBe(3);
  const target = await temporaryFolder();
  for (const some of [members, members.toReversed()]) {
    const report = await restoreMembers(catalogue, provider, some, target, { force: true });
    expect(report).toMatchObject({ members: 1, archives: 1, earlierVersions: 2 });
    expect(await readFile(join(target, 'nightly/a.txt'), 'utf8')).toBe('wednesday');
  }
  const [first] = members.filter(({ archive }) => archive === monday);
  expect(wednesday).not.toBe(monday);
  await restoreMembers(catalogue, provider, first === undefined ? [] : [first], target, { force: true });
  expect(await readFile(join(target, 'nightly/a.txt'), 'utf8')).toBe('monday');
});

it('restores a file whose name is bytes, and one whose name is their digits', async () => {
  const catalogue = await newCatalogue();
  const { provider } = await newLabelledBench({}, {}, { catalogue });
  const source = await temporaryFolder();
  await writeFile(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xff])]), 'bytes');
  await writeFile(join(source, 'ff'), 'digits');
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, await packed(source));
  const { members } = await catalogue.find({ pattern: '*' });
  const files = members.filter(({ type }) => type === 'file');
  expect(files.length).toBe(2);
  const report = await restoreMembers(catalogue, provider, files, await temporaryFolder());
  expect(report).toMatchObject({ members: 2, earlierVersions: 0 });
});

it('does not restore a file in the version of a hard link when a later one is wanted', async () => {
  const catalogue = await newCatalogue();
  const { provider } = await newLabelledBench({}, {}, { catalogue });
  const source = join(await temporaryFolder(), 'tree');
  await mkdir(source);
  await writeFile(join(source, 'a'), 'monday');
  await link(join(source, 'a'), join(source, 'b'));
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, await packed(source));
  await provider.writeArchive(ID, encodeTextMembers([{ path: 'tree/a', content: 'tuesday' }]));
  const { members } = await catalogue.find({ pattern: 'tree/*' });
  const target = await temporaryFolder();
  await expect(restoreMembers(catalogue, provider, members, target, { force: true })).rejects.toMatchObject({
    code: 'LTO_INVALID_ARGUMENT',
    message: expect.stringContaining('"tree/b" is a hard link to "tree/a"'),
  });
  expect(await readdir(target)).toEqual([]);
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
  expect(await reconcile(catalogue, provider, ID)).toEqual({ durable: [], found: [], lost: [], unproven: [] });
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
  expect(await reconcile(catalogue, provider, ID)).toEqual({
    durable: [],
    found: ['crashed'],
    lost: ['never'],
    unproven: [],
  });
  expect(await catalogue.archives({ archive: 'crashed' })).toMatchObject([
    { state: 'durable', tags: { job: 'nightly' } },
  ]);
});

it('does not take a file that was cut off, and ended later, for the archive that was begun', async () => {
  const writing = { type: 'archive', state: 'writing', bytes: 0, membersComplete: false, createdAt: 1 } as const;
  const at = (fileNumber: number) => [{ records: 0, bytes: 0, recordSize: 0, cartridge: ID, fileNumber }];
  const stateOf = async (catalogue: Catalogue, archive: string) => (await catalogue.archives({ archive }))[0]?.state;
  for (const mend of [reconcile, (...[to, by]: [Catalogue, LtoProvider]) => rebuild(to, by, [ID])]) {
    const catalogue = await newCatalogue();
    const { provider, virtual, tape } = await newLabelledBench({}, {}, { catalogue });
    await provider.prepareForWrite(ID);
    await catalogue.apply([{ ...writing, archive: 'no tar', parts: at(1) }]);
    // A record, and no filemark behind it: the process was killed.
    const { cdb, dataOut } = write6({ data: Buffer.alloc(512, 7) });
    expect(await virtual.execute(cdb, { dataOut })).toMatchObject({ status: 0 });
    await expect(provider.prepareForWrite(ID)).rejects.toMatchObject({ code: 'LTO_UNTERMINATED_FILE' });
    expect(await stateOf(catalogue, 'no tar')).toBe('writing');
    await provider.prepareForWrite(ID, { closeUnterminated: true });
    expect(await stateOf(catalogue, 'no tar')).toBe('lost');
    // Of a tar archive the tape itself tells, whoever has ended it.
    await catalogue.apply([{ ...writing, archive: 'a tar', parts: at(2), tags: { job: 'nightly' } }]);
    await tape.writeFile(archiveOf('a/one.txt', 'a/two.txt').subarray(0, 9000));
    await provider.prepareForWrite(ID);
    const { catalogued } = await provider.writeArchive(ID, archiveOf('b.txt'));
    await mend(catalogue, provider, ID);
    expect(await stateOf(catalogue, 'no tar')).toBe('lost');
    expect(await stateOf(catalogue, 'a tar')).toBe('lost');
    const found = await catalogue.archives({ states: ['durable'] });
    expect(found.map(({ archive }) => archive)).toContain(catalogued?.archive);
    expect(found.filter(({ tags }) => tags?.job === 'nightly')).toEqual([]);
    expect(found.map(({ membersComplete }) => membersComplete).toSorted()).toEqual([false, false, true]);
  }
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
    unproven: [],
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
  for (const call of [
    () => reconcile(catalogue, provider, ID, { verfiy: true } as never),
    () => restoreMembers(catalogue, provider, [], 'folder', { forse: true } as never),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
  }
  await expect(restoreMembers(catalogue, provider, [], '')).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
});

function never(): never {
  throw new Error('there is none');
}
