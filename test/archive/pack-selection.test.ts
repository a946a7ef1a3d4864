import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeTree } from '../support/tree.js';
import { packingFolder } from './pack-support.js';

const folder = packingFolder();
const file = (path: string, mtime?: string) => ({ path, kind: 'file', bytes: Buffer.from(path), mtime }) as const;

beforeEach(() =>
  makeTree(folder.path('tree'), [
    file('a.txt'),
    file('a.tmp'),
    file('build/out'),
    file('sub/build/out'),
    file('sub/keep.tmp'),
    file('sub/deep/..odd'),
    file('caf\xc3\xa9/x'),
    file('\xff/x'),
  ]),
);

describe('what an archive is made of', () => {
  it('is in the order of the bytes of names, each folder before what is in it', async () => {
    await folder.pack(folder.path('tree'));
    const members = await folder.members();
    expect(members).toEqual([
      'tree/',
      'tree/a.tmp',
      'tree/a.txt',
      'tree/build/',
      'tree/build/out',
      'tree/caf\\303\\251/',
      'tree/caf\\303\\251/x',
      'tree/sub/',
      'tree/sub/build/',
      'tree/sub/build/out',
      'tree/sub/deep/',
      'tree/sub/deep/..odd',
      'tree/sub/keep.tmp',
      'tree/\\377/',
      'tree/\\377/x',
    ]);
  });

  it('leaves out what patterns of a .gitignore match, from each source', async () => {
    const exclude = ['*.tmp', '!keep.tmp', '/build', 'café/', '\n# a comment\nsub/deep'];
    const summary = await folder.pack(folder.path('tree'), { exclude });
    expect(await folder.members()).toEqual([
      'tree/',
      'tree/a.txt',
      'tree/sub/',
      'tree/sub/build/',
      'tree/sub/build/out',
      'tree/sub/keep.tmp',
      'tree/\\377/',
      'tree/\\377/x',
    ]);
    expect(summary.leftOut.excluded).toBe(4);
  });

  it('is only what changed later, with all folders', async () => {
    await makeTree(folder.path('old'), [file('before', '1000000000'), file('sub/also before', '1000000000.5')]);
    // Their status changed just now.
    expect(await folder.pack(folder.path('old'), { newerThan: new Date(1_000_000_000_500) })).toMatchObject({
      files: 2,
    });
    const later = new Date(Date.now() + 60_000);
    const summary = await folder.pack(folder.path('old'), { newerThan: later });
    expect(summary).toMatchObject({ files: 0, leftOut: { older: 2 } });
    expect(await folder.members()).toEqual(['old/', 'old/sub/']);
  });

  it('is several sources, each by its last name, links meaning what they lead to', async () => {
    await makeTree(folder.path('other'), [file('x')]);
    await symlink('other', folder.path('alias'));
    await folder.pack([folder.path('alias'), folder.path('tree/sub/build'), folder.path('tree/a.txt')]);
    expect(await folder.members()).toEqual(['other/', 'other/x', 'build/', 'build/out', 'a.txt']);
  });

  it('is named by the paths that were given, below a folder', async () => {
    await folder.pack(['sub/build', './a.txt', 'build//'], { cwd: folder.path('tree'), exclude: ['/sub/build/out'] });
    expect(await folder.members()).toEqual(['sub/build/', 'a.txt', 'build/', 'build/out']);
    await folder.pack('.', { cwd: folder.path('tree/sub'), exclude: ['*.tmp'] });
    expect(await folder.members()).toEqual(['./', 'build/', 'build/out', 'deep/', 'deep/..odd']);
  });

  it('is what a list names, and nothing twice that lies in a folder of the list', async () => {
    const names = ['sub/build', 'sub/build/out', '\xff', 'a.txt', 'sub/deep/..odd', 'nowhere'];
    const list = Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1');
    const summary = await folder.pack([], { cwd: folder.path('tree'), list });
    expect(await folder.members()).toEqual([
      'sub/build/',
      'sub/build/out',
      '\\377/',
      '\\377/x',
      'a.txt',
      'sub/deep/..odd',
    ]);
    expect(summary.problems).toEqual([
      { path: folder.path('tree/nowhere'), reason: 'vanished', code: 'ENOENT', archived: false },
    ]);
  });

  it('holds a file with several names once, whatever order they come in', async () => {
    await link(folder.path('tree/a.txt'), folder.path('tree/sub/again'));
    await link(folder.path('tree/a.txt'), folder.path('outside'));
    const summary = await folder.pack([folder.path('tree/sub'), folder.path('tree/a.txt')], {
      exclude: ['build', 'deep'],
    });
    expect(summary).toMatchObject({ entries: 4, files: 2 });
    const extracted = await folder.extract('GNU tar');
    expect(await folder.sameFile(`${extracted}/sub/again`, `${extracted}/a.txt`)).toBe(true);
  });

  it('takes 100,000 names in one folder, and paths of any depth', async () => {
    const many = folder.path('many');
    await mkdir(many);
    await folder.script(`cd ${many} && seq -f 'name-%06.0f' 100000 | xargs touch`);
    const deep = Array.from({ length: 60 }, (_, depth) => `${depth}-${'d'.repeat(40)}`).join('/');
    await mkdir(`${many}/${deep}`, { recursive: true });
    await writeFile(`${many}/${deep}/end`, 'end');
    expect(await folder.pack(many)).toMatchObject({ entries: 100_062, files: 100_001, problemCount: 0 });
    const members = await folder.members();
    expect(members.length).toBe(100_062);
    expect(members.at(-1)).toBe('many/name-100000');
    expect(members).toContain(`many/${deep}/end`);
  });
});
