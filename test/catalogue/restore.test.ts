// What `restoreMembers` makes is what was recorded, or it rejects.
import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Catalogue, openCatalogue, type restoreMembers as RestoreMembers } from '../../src/catalogue/index.js';
import { CatalogueError } from '../../src/index.js';
import { type Bench, ID, newLabelledBench } from '../provider/support.js';
import { compiledSources } from '../support/compiled.js';
import { type TarMember, tarOf } from '../support/tar-bytes.js';
import { temporaryFolder } from '../virtual/support.js';

const compiled = compiledSources();

/** Compiled: the thread that extracts runs JavaScript. */
const restoreMembers: typeof RestoreMembers = async (...args) => {
  process.env.NODE_LTO_PREBUILD ??= join(import.meta.dirname, '../..');
  const module = await import(compiled.url('catalogue/index.js'));
  return module.restoreMembers(...args);
};

interface Written extends Bench {
  readonly catalogue: Catalogue;
  /** Puts other archives on the tape, as another machine would: the catalogue does not learn of it. */
  readonly rewrite: (...archives: readonly Buffer[]) => Promise<void>;
}

/** A cartridge with these archives, which a catalogue knows. */
async function written(...archives: readonly Buffer[]): Promise<Written> {
  const catalogue = await openCatalogue(join(await temporaryFolder(), 'catalogue.sqlite'));
  onTestFinished(() => catalogue.close());
  let isGone = false;
  const apply: Catalogue['apply'] = async (changes) => {
    if (isGone) throw new CatalogueError('the server is gone', { reason: 'unreachable' });
    await catalogue.apply(changes);
  };
  const bench = await newLabelledBench({ recordSize: 4096 }, {}, { catalogue: { apply } });
  const write = async (all: readonly Buffer[]) => {
    await bench.provider.prepareForWrite(ID);
    for (const archive of all) await bench.provider.writeArchive(ID, archive);
  };
  await write(archives);
  const rewrite = async (...others: readonly Buffer[]) => {
    isGone = true;
    await bench.provider.initializeMedia(ID, { overwrite: ID });
    await write(others);
    isGone = false;
  };
  return { ...bench, catalogue, rewrite };
}

async function restored({ catalogue, provider }: Written, pattern: string) {
  const folder = await temporaryFolder();
  const { members } = await catalogue.find({ pattern });
  return { folder, members, report: await restoreMembers(catalogue, provider, members, folder) };
}

const ONE: TarMember = { name: 'a/one.txt', content: 'one, as it was' };
const OTHER: TarMember = { name: 'b/other.txt', content: 'other' };

it.each<[string, Buffer, string]>([
  ['zeros, which end an archive', Buffer.alloc(8192), 'has nothing where "a/one.txt" should be'],
  ['its version of another size', tarOf({ ...ONE, content: 'x'.repeat(43) }, OTHER), 'with 43 bytes, and not 14'],
  ['its version of another time', tarOf({ ...ONE, mtime: 7 }, OTHER), 'as changed at 7, and not at 1000000000'],
  [
    'a folder of its name',
    tarOf({ ...ONE, type: '5', content: '', name: 'a/one.txt' }, OTHER),
    'has "a/one.txt" as a folder',
  ],
  ['another member', tarOf({ ...ONE, name: 'a/two.txt' }, OTHER), 'has "a/two.txt" where "a/one.txt" should be'],
  [
    'two members in the place of one',
    tarOf({ ...ONE, content: '' }, { ...ONE, content: '' }),
    'with 0 bytes, and not 14',
  ],
])('rejects where the tape has %s', async (_what, other, message) => {
  const world = await written(tarOf(ONE, OTHER));
  await world.rewrite(other);
  const { members } = await world.catalogue.find({ pattern: 'one.txt' });
  const folder = join(await temporaryFolder(), 'restored');
  await expect(restoreMembers(world.catalogue, world.provider, members, folder)).rejects.toMatchObject({
    code: 'LTO_VERIFICATION_FAILED',
    message: expect.stringContaining(message),
  });
  expect(await readdir(folder)).toEqual([]);
});

it('rejects where the file is shorter', async () => {
  const big = { name: 'big', content: 'x'.repeat(50_000) };
  const world = await written(tarOf(big, ONE));
  await world.rewrite(tarOf({ ...big, content: 'x' }, ONE));
  await expect(restored(world, 'a/one.txt')).rejects.toMatchObject({ code: 'LTO_VERIFICATION_FAILED' });
});

it('rejects where a member comes twice, is missing at the end, or leads elsewhere', async () => {
  const empty = { ...ONE, content: '' };
  const linked: TarMember = { name: 'a/link', type: '2', link: 'one.txt' };
  for (const [recorded, other] of [
    [tarOf(empty, { ...empty, name: 'a/two.txt' }), tarOf(empty, empty)],
    [tarOf(empty, { ...empty, name: 'a/two.txt' }), tarOf(empty)],
    [tarOf(linked), tarOf({ ...linked, link: 'two.txt' })],
  ] as const) {
    const world = await written(recorded);
    await world.rewrite(other);
    await expect(restored(world, 'a/*')).rejects.toMatchObject({ code: 'LTO_VERIFICATION_FAILED' });
  }
});

it('restores empty files, folders, links, and a path that an archive has twice', async () => {
  const world = await written(
    tarOf(
      { name: 'tree/', type: '5' },
      { name: 'tree/empty' },
      { name: 'tree/a', content: 'first' },
      { name: 'tree/hard', type: '1', link: 'tree/a' },
      { name: 'tree/soft', type: '2', link: 'a' },
      { name: 'tree/a', content: 'second', mtime: 1_000_000_001 },
    ),
  );
  const a = await restored(world, '*/a');
  // The last one, as for tar.
  expect(a.report).toMatchObject({ members: 1, earlierVersions: 1 });
  expect(await readFile(join(a.folder, 'tree/a'), 'utf8')).toBe('second');
  const empty = await restored(world, '*empty');
  expect(empty.report).toMatchObject({ members: 1, bytes: 0 });
  // The file of a hard link comes along: the one that was there when the link was archived.
  const hard = await restored(world, '*hard');
  expect(hard.report).toMatchObject({ members: 2, bytes: 5 });
  expect(await readFile(join(hard.folder, 'tree/hard'), 'utf8')).toBe('first');
  const soft = await restored(world, '*soft');
  expect(soft.report).toMatchObject({ members: 1, bytes: 0 });
  expect(await readdir(join(soft.folder, 'tree'))).toEqual(['soft']);
});

it('counts what was made, also where files are replaced', async () => {
  const world = await written(tarOf({ name: 'a/', type: '5' }, ONE), tarOf(OTHER));
  const { folder, report, members } = await restored(world, '*');
  expect(report).toMatchObject({ members: 3, bytes: 19, archives: 2 });
  await expect(restoreMembers(world.catalogue, world.provider, members, folder)).rejects.toMatchObject({
    code: 'LTO_INVALID_ARGUMENT',
  });
  const again = await restoreMembers(world.catalogue, world.provider, members, folder, { force: true });
  expect(again).toMatchObject({ members: 3, bytes: 19 });
});

it.runIf(process.platform === 'linux').each(['gnu', 'pax', 'posix-0.1'])(
  'restores what GNU tar has made, with holes, long names and links (%s)',
  async (format) => {
    const source = await temporaryFolder();
    const long = `${'deep/'.repeat(30)}file with a long name.txt`;
    await mkdir(join(source, 'tree', 'deep/'.repeat(30)), { recursive: true });
    await writeFile(join(source, 'tree', long), 'long');
    await writeFile(join(source, 'tree/holes'), 'beginning');
    await truncate(join(source, 'tree/holes'), 3_000_000);
    await writeFile(join(source, 'tree/plain'), 'plain'.repeat(3000));
    await link(join(source, 'tree/plain'), join(source, 'tree/same'));
    await symlink('plain', join(source, 'tree/soft'));
    const formats: Record<string, string[]> = {
      gnu: ['--format=gnu'],
      pax: ['--format=pax', '--sparse-version=1.0'],
      'posix-0.1': ['--format=pax', '--sparse-version=0.1'],
    };
    const archive = execFileSync('tar', ['-cS', ...(formats[format] ?? []), '-C', source, 'tree']);
    const world = await written(archive);
    for (const [pattern, path] of [
      ['*holes', 'tree/holes'],
      ['*name.txt', `tree/${long}`],
      ['*same', 'tree/same'],
    ] as const) {
      const { folder } = await restored(world, pattern);
      expect((await readFile(join(folder, path))).equals(await readFile(join(source, path)))).toBe(true);
    }
    const { folder, members, report } = await restored(world, 'tree*');
    expect(report).toMatchObject({ members: members.length });
    expect((await stat(join(folder, 'tree/holes'))).size).toBe(3_000_000);
  },
);
