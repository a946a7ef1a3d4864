// What needs a process of its own: a view of the mounts that nobody else has, and a packer without the addon.
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PackOptions } from '../../src/archive/pack/pack-folder.js';
import type { PackSummary } from '../../src/archive/pack/summary.js';
import { compiledSources } from '../support/compiled.js';
import { packingFolder } from './pack-support.js';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const folder = packingFolder();
const compiled = compiledSources();
/** root in a container may still not mount anything. */
const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0;

/** Packs `tree` in a process that begins with `commands` of the shell. `addon`: the folder to look for it in. */
async function pack(options: PackOptions, { commands = 'true', unshared = false, addon = PACKAGE } = {}) {
  const program = `
    import { createWriteStream } from 'node:fs';
    import { pipeline } from 'node:stream/promises';
    import { packFolder } from ${JSON.stringify(compiled.url('archive/pack/pack-folder.js'))};
    const archive = packFolder(${JSON.stringify(folder.path('tree'))}, ${JSON.stringify(options)});
    await pipeline(archive, createWriteStream(${JSON.stringify(folder.path('archive.tar'))}));
    console.log(JSON.stringify(archive.summary));`;
  const script = `set -e; cd "$0"; ${commands}; exec "$1" --input-type=module -e "$2"`;
  const shell = ['bash', '-c', script, folder.path(), process.execPath, program];
  const [file = '', ...args] = unshared ? ['unshare', '--mount', ...shell] : shell;
  const { stdout } = await run(file, args, { env: { ...process.env, NODE_LTO_PREBUILD: addon } });
  return JSON.parse(stdout) as PackSummary;
}

beforeEach(async () => {
  await mkdir(folder.path('tree', 'mounted'), { recursive: true });
  await writeFile(folder.path('tree', 'file'), 'content');
});

describe.runIf(canMount)('a file system that is mounted in the folder', () => {
  const mounting = {
    commands: 'mount -t tmpfs none tree/mounted; mkdir tree/mounted/deep; echo x >tree/mounted/deep/x',
    unshared: true,
  };

  it('is archived with its content', async () => {
    expect(await pack({}, mounting)).toMatchObject({ files: 2, leftOut: { mounts: 0 }, leftOutPaths: [] });
    expect(await folder.members()).toEqual([
      'tree/',
      'tree/file',
      'tree/mounted/',
      'tree/mounted/deep/',
      'tree/mounted/deep/x',
    ]);
  });

  it('is archived as an empty folder with `oneFileSystem`, and named', async () => {
    const summary = await pack({ oneFileSystem: true }, mounting);
    expect(summary).toMatchObject({
      files: 1,
      problemCount: 0,
      leftOut: { mounts: 1 },
      leftOutPaths: [folder.path('tree', 'mounted')],
    });
    expect(await folder.members()).toEqual(['tree/', 'tree/file', 'tree/mounted/']);
  });
});

describe('without the addon', () => {
  beforeEach(() => folder.script(`cd ${folder.path('tree')}; truncate -s 1M holes; printf x >>holes; ln file name`));

  it('files are archived whole, and the summary says what is missing', async () => {
    const summary = await pack({}, { addon: folder.path() });
    expect(summary).toMatchObject({ files: 2, problemCount: 0, notKept: ['extended attributes', 'holes'] });
    const extracted = await folder.extract('GNU tar');
    await rm(folder.path('tree', 'mounted'), { recursive: true });
    await rm(`${extracted}/tree/mounted`, { recursive: true });
    await folder.script(`diff -r ${folder.path('tree')} ${extracted}/tree`);
    expect(await folder.sameFile(`${extracted}/tree/file`, `${extracted}/tree/name`)).toBe(true);
  });

  it('the archive has the bytes of the one that is made with it, where nothing needs the addon', async () => {
    await rm(folder.path('tree', 'holes'));
    await pack({ xattrs: false });
    await folder.script(`mv ${folder.path('archive.tar')} ${folder.path('with.tar')}`);
    await pack({ xattrs: false }, { addon: folder.path() });
    await folder.script(`cmp ${folder.path('archive.tar')} ${folder.path('with.tar')}`);
  });
});
