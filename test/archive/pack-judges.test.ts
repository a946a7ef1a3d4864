import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PackOptions } from '../../src/archive/pack/pack-folder.js';
import type { PackSummary } from '../../src/archive/pack/summary.js';
import { compiledPacker } from '../support/packing.js';
import { describeTree, isRoot, makeTree, wholeTree } from '../support/tree.js';

const run = promisify(execFile);
const packer = compiledPacker();
let work = '';

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'lto-pack-'));
});
afterEach(() => rm(work, { recursive: true, force: true }));

async function pack(options: PackOptions = {}): Promise<PackSummary> {
  const packFolder = await packer.load();
  const stream = packFolder(join(work, 'tree'), options);
  await pipeline(stream, createWriteStream(join(work, 'archive.tar')));
  if (stream.summary === undefined) throw new Error('the archive has no summary');
  return stream.summary;
}

const OWNERS = isRoot ? ['--same-owner'] : [];
/** Programs that extract, as they are told to keep everything. */
const JUDGES: Readonly<Record<string, readonly string[]>> = {
  'GNU tar': ['tar', '--xattrs', '--xattrs-include=*', '--acls', '-xpf', '../archive.tar', ...OWNERS],
  bsdtar: ['bsdtar', '--xattrs', '--acls', '-xpf', '../archive.tar', ...OWNERS],
};

async function extractBy(judge: string): Promise<string> {
  const [program = '', ...args] = JUDGES[judge] ?? [];
  const folder = join(work, 'extracted');
  await mkdir(folder);
  await run(program, args, { cwd: folder });
  return join(folder, 'tree');
}

describe.each(Object.keys(JUDGES))('an archive of ours, extracted by %s', (judge) => {
  it('is the tree that it was made of, with everything that there can be', async () => {
    await makeTree(join(work, 'tree'), wholeTree({ special: true }));
    const summary = await pack({ special: true });
    expect(summary).toMatchObject({ problemCount: 0 });
    const facts = { xattrs: false, blocks: false };
    const original = await describeTree(join(work, 'tree'), facts);
    // libarchive takes -1.5 for -1 and half a second more (seen in 3.6.2).
    if (judge === 'bsdtar') original.set('nothing', original.get('nothing')?.replace('-1500', '-500') ?? '');
    expect(await describeTree(await extractBy(judge), facts)).toEqual(original);
  });
});
