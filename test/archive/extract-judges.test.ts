import { execFile } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomTree } from '../support/random-tree.js';
import { describeTree, isRoot, makeTree, type TreeEntry, type TreeFacts, wholeTree } from '../support/tree.js';
import { extractBytes, FOLDERS, temporaryFolder } from './support.js';

const run = promisify(execFile);
const folder = temporaryFolder('lto-extract-judges-');
const RUNS = { numRuns: Number(process.env.FC_RUNS ?? 4) };

interface Packing {
  readonly command: readonly string[];
  /** What its format, or this program, does not keep, or says otherwise than it is. */
  readonly limit: (entry: TreeEntry) => TreeEntry;
  readonly facts?: TreeFacts;
}

const GNU_TAR = ['tar', '--sparse', '--numeric-owner', '--xattrs', '--xattrs-include=*'];
const whole = (entry: TreeEntry): TreeEntry => entry;
const withoutAttributes = ({ acl: _, xattrs: __, ...entry }: TreeEntry): TreeEntry => entry;
/** libarchive 3.6.2 takes times before 1970 with a fraction for others, and cuts names of sparse files that are not UTF-8. */
const ofLibarchive = ({ mtime, ...entry }: TreeEntry): TreeEntry => ({
  ...(entry.kind === 'sparse' && /[^ -~]/.test(entry.path) ? dense(entry) : entry),
  mtime: mtime?.startsWith('-') ? mtime.replace(/\..*/, '') : mtime,
});
const dense = ({ path, mode, owner, xattrs }: TreeEntry): TreeEntry => {
  return { kind: 'file', bytes: Buffer.from('no holes'), path, mode, owner, xattrs };
};

const PACKINGS: Readonly<Record<string, Packing>> = {
  'GNU tar, pax': { command: [...GNU_TAR, '--format=pax'], limit: whole },
  'GNU tar, pax, sparse 0.0': { command: [...GNU_TAR, '--format=pax', '--sparse-version=0.0'], limit: whole },
  'GNU tar, pax, sparse 0.1': { command: [...GNU_TAR, '--format=pax', '--sparse-version=0.1'], limit: whole },
  'GNU tar, its own format': {
    command: ['tar', '--sparse', '--numeric-owner', '--format=gnu'],
    limit: withoutAttributes,
    facts: { times: false },
  },
  'GNU tar, its old format': {
    command: ['tar', '--sparse', '--numeric-owner', '--format=oldgnu'],
    limit: withoutAttributes,
    facts: { times: false },
  },
  'bsdtar, pax': { command: ['bsdtar', '--numeric-owner', '--format', 'pax'], limit: ofLibarchive },
  'bsdtar, GNU format': {
    command: ['bsdtar', '--numeric-owner', '--format', 'gnutar'],
    limit: withoutAttributes,
    facts: { times: false, holes: false },
  },
};

async function packed({ command: [program = '', ...args] }: Packing): Promise<Buffer> {
  const file = folder.path('archive.tar');
  await rm(file, { force: true });
  await run(program, [...args, '-cf', file, '-C', folder.path('tree'), '.'], {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  return readFile(file);
}

async function requireSame(packing: Packing, tree: readonly TreeEntry[]): Promise<void> {
  const facts = { owners: isRoot, ...packing.facts };
  await rm(folder.path('tree'), { recursive: true, force: true });
  await makeTree(folder.path('tree'), tree.map(packing.limit));
  const archive = await packed(packing);
  const expected = await describeTree(folder.path('tree'), facts);
  for (const [name, open, linksLast] of FOLDERS) {
    if (linksLast) continue;
    await rm(folder.path('ours'), { recursive: true, force: true });
    await mkdir(folder.path('ours'));
    const summary = extractBytes(archive, open(folder.path('ours')), { preserve: true, isNewFolder: true });
    expect([name, summary.notRestored]).toEqual([name, []]);
    expect(await describeTree(folder.path('ours'), facts)).toEqual(expected);
  }
}

describe.each(Object.entries(PACKINGS))('an archive of %s, extracted by us', (_, packing) => {
  it('is the tree that it was made of, with everything that there can be', () => {
    return requireSame(packing, wholeTree({ special: isRoot }));
  });

  it('is the tree that it was made of, for any tree', async () => {
    await fc.assert(
      fc.asyncProperty(randomTree({ special: isRoot }), (tree) => requireSame(packing, tree)),
      RUNS,
    );
  });
});
