import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach } from 'vitest';
import type { FilePath, PackOptions } from '../../src/archive/pack/pack-folder.js';
import type { PackSummary } from '../../src/archive/pack/summary.js';
import { compiledPacker } from '../support/packing.js';
import { isRoot } from '../support/tree.js';

const run = promisify(execFile);
const OWNERS = isRoot ? ['--same-owner'] : [];

/** Programs that extract, as they are told to keep everything. */
export const JUDGES: Readonly<Record<string, readonly string[]>> = {
  'GNU tar': ['tar', '--xattrs', '--xattrs-include=*', '--acls', ...OWNERS],
  bsdtar: ['bsdtar', '--xattrs', '--acls', ...OWNERS],
};

/** A folder for each test, the packer, and what judges make of an archive. */
export function packingFolder() {
  const packer = compiledPacker();
  let work = '';
  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), 'lto-pack-'));
  });
  afterEach(() => rm(work, { recursive: true, force: true }));
  const path = (...names: readonly string[]) => join(work, ...names);
  return {
    path,
    load: packer.load,
    /** Into `archive.tar`. */
    pack: async (sources: FilePath | readonly FilePath[], options: PackOptions = {}): Promise<PackSummary> => {
      const packFolder = await packer.load();
      const stream = packFolder(sources, options);
      await pipeline(stream, createWriteStream(path('archive.tar')));
      if (stream.summary === undefined) throw new Error('the archive has no summary');
      return stream.summary;
    },
    /** By a judge, into a folder that is new. */
    extract: async (judge: string): Promise<string> => {
      const [program = '', ...args] = JUDGES[judge] ?? [];
      const folder = path('extracted');
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder);
      await run(program, [...args, '-xpf', path('archive.tar')], { cwd: folder });
      return folder;
    },
    makeFifo: (name: string) => run('mkfifo', [path(name)]),
    script: (text: string) => run('bash', ['-c', text]),
    sameFile: async (one: string, other: string): Promise<boolean> => {
      const [first, second] = await Promise.all([stat(one, { bigint: true }), stat(other, { bigint: true })]);
      return first.ino === second.ino && first.dev === second.dev;
    },
    /** Names of the members, by GNU tar. */
    members: async (): Promise<string[]> => {
      const { stdout } = await run('tar', ['-tf', path('archive.tar')], {
        maxBuffer: 2 ** 30,
        env: { ...process.env, LC_ALL: 'C' },
      });
      return stdout.split('\n').filter((line) => line !== '');
    },
  };
}
