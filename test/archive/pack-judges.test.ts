import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomTree } from '../support/random-tree.js';
import { describeTree, makeTree, type TreeEntry, wholeTree } from '../support/tree.js';
import { JUDGES, packingFolder } from './pack-support.js';

const folder = packingFolder();
const RUNS = { numRuns: Number(process.env.FC_RUNS ?? 15) };

/**
 * What a judge does otherwise with what stands in the archive, left out of its trees. libarchive 3.6.2 takes -1.5 for -1
 * and half a second more, and names of attributes with `%` and `=` as they stand there, where GNU tar decodes them.
 */
const LIMITS: Readonly<Record<string, (entry: TreeEntry) => TreeEntry>> = {
  'GNU tar': (entry) => entry,
  bsdtar: ({ mtime, xattrs, ...entry }) => ({
    ...entry,
    mtime: mtime?.startsWith('-') ? mtime.replace(/\..*/, '') : mtime,
    xattrs:
      xattrs && Object.fromEntries(Object.entries(xattrs).map(([key, value]) => [key.replace(/[%=]/g, '_'), value])),
  }),
};

describe.each(Object.keys(JUDGES))('an archive of ours, extracted by %s', (judge) => {
  const limit = LIMITS[judge] ?? ((entry: TreeEntry) => entry);

  async function requireSame(tree: readonly TreeEntry[]): Promise<void> {
    await rm(folder.path('tree'), { recursive: true, force: true });
    await makeTree(folder.path('tree'), tree.map(limit));
    const summary = await folder.pack(folder.path('tree'), { special: true });
    expect(summary).toMatchObject({ problemCount: 0, notKept: [] });
    const extracted = await folder.extract(judge);
    expect(await describeTree(`${extracted}/tree`)).toEqual(await describeTree(folder.path('tree')));
  }

  it('is the tree that it was made of, with everything that there can be', () => {
    return requireSame(wholeTree({ special: true }));
  });

  it('is the tree that it was made of, for any tree', async () => {
    await fc.assert(fc.asyncProperty(randomTree({ special: true }), requireSame), RUNS);
  });
});
