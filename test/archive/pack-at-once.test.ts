// What the addon does for many files a call, against what TypeScript does for each by itself.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadAddon } from '../../src/addon/load-addon.js';
import { isUtf8 } from '../../src/archive/encode/byte-string.js';
import { MemberEncoder } from '../../src/archive/encode/member.js';
import { BLOCK, TYPE } from '../../src/archive/encode/ustar.js';
import { type FileAccess, openFileAccess } from '../../src/archive/pack/files/file-access.js';
import { statLink } from '../../src/archive/pack/files/files.js';
import type { PackJob } from '../../src/archive/pack/job.js';
import { Packer } from '../../src/archive/pack/packer.js';
import { SlabWriter } from '../../src/archive/pack/slabs/slab-writer.js';
import { PackNotes, type PackSummary } from '../../src/archive/pack/summary.js';
import { randomTree } from '../support/random-tree.js';
import { isRoot, makeTree, pathBytes, wholeTree } from '../support/tree.js';
import { temporaryFolder } from './support.js';

const folder = temporaryFolder('lto-at-once-');
const RUNS = { numRuns: Number(process.env.FC_RUNS ?? 20) };
const MANY = { numRuns: Number(process.env.FC_RUNS ?? 100) };

const JOB: PackJob = {
  sources: [],
  list: undefined,
  base: undefined,
  exclude: [],
  oneFileSystem: false,
  newerThan: undefined,
  special: true,
  xattrs: true,
  strict: false,
};

/** An archive of `tree`, made in this thread in slabs of odd sizes. */
function pack(files: FileAccess, job: Partial<PackJob> = {}, slabBytes = 64 * BLOCK) {
  const pieces: Buffer[] = [];
  const archive = new SlabWriter(Buffer.alloc(slabBytes), (slab, bytes) => {
    pieces.push(Buffer.from(slab.subarray(0, bytes)));
    return slab.fill(0xff);
  });
  const source = Buffer.from(folder.path('tree')).toString('latin1');
  const packer = new Packer({ ...JOB, sources: [source], ...job }, files, archive, new PackNotes());
  const summary: PackSummary = packer.run(() => undefined);
  files.close();
  return { bytes: Buffer.concat(pieces), summary };
}

const native = (xattrs = true): FileAccess => openFileAccess(xattrs);
/** With the addon, but each file by itself. */
function eachAlone(): FileAccess {
  const files = openFileAccess(true);
  files.packFiles = () => ({ files: 0, names: 0, bytes: 0 });
  return files;
}

describe('an archive of files that are packed at once', () => {
  async function requireSame(make: () => Promise<void>, job: Partial<PackJob> = {}, slabBytes?: number) {
    rmSync(folder.path('tree'), { recursive: true, force: true });
    await make();
    const one = pack(native(job.xattrs), job, slabBytes);
    const other = pack(eachAlone(), job, slabBytes);
    expect(one.summary).toEqual(other.summary);
    expect(one.bytes.equals(other.bytes)).toBe(true);
    return one;
  }
  const tree = (entries: Parameters<typeof makeTree>[1]) => () => makeTree(folder.path('tree'), entries);
  /** Names in several folders, with one of them here and there in the patterns. */
  const numbered = async () => {
    for (let file = 0; file < 300; file += 1) {
      const parent = folder.path('tree', `folder-${file % 3}`);
      mkdirSync(parent, { recursive: true });
      writeFileSync(`${parent}/file-${file}`, 'x'.repeat((file * 37) % 2000));
    }
  };

  it('has the same bytes, for everything that there can be', async () => {
    await requireSame(tree(wholeTree({ special: true })));
    await requireSame(tree(wholeTree({ special: true })), { xattrs: false });
  });

  it('has the same bytes, for any tree and slabs of any size', async () => {
    const slabs = fc.integer({ min: 1, max: 40 }).map((blocks) => blocks * BLOCK);
    await fc.assert(
      fc.asyncProperty(randomTree({ special: true }), slabs, async (entries, slabBytes) => {
        await requireSame(tree(entries), {}, slabBytes);
      }),
      RUNS,
    );
  });

  it('leaves out the same files', async () => {
    for (const exclude of [['file-1*'], ['folder-1', 'file-?'], ['folder-2/'], ['*', '!/folder-0', '!file-*3']]) {
      const { summary } = await requireSame(numbered, { exclude });
      expect(summary.leftOut.excluded).toBeGreaterThan(0);
      expect(summary.files).toBeGreaterThan(0);
    }
    const newerThan = { seconds: Date.now() / 1000 + 60, nanoseconds: 0 };
    expect((await requireSame(numbered, { newerThan })).summary).toMatchObject({ files: 0, leftOut: { older: 300 } });
  });

  it('takes most files without a look at each', async () => {
    await numbered();
    const files = native();
    let alone = 0;
    const status = files.status.bind(files);
    files.status = (path) => {
      alone += 1;
      return status(path);
    };
    const { summary } = pack(files, {}, 2 ** 20);
    // The root, three folders, and those that end a slab.
    expect([summary.files, alone]).toEqual([300, 4]);
  });
});

describe('FilePacker', () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 255 })
    .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x61 : byte))).toString('latin1'));
  const utf8 = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .map((text) => Buffer.from(text.replaceAll(/[\0/]/g, 'a')).toString('latin1'));
  const prefix = fc.array(fc.oneof(fc.constantFrom('a', 'n'.repeat(99), 'n'.repeat(155)), utf8), { maxLength: 3 });
  const id = fc.oneof(fc.constantFrom(0, 2_097_151, 2_097_152, 4_294_967_294), fc.integer({ min: 0, max: 2 ** 31 }));
  const time = fc.oneof(
    fc.constantFrom('0', '-1.5', '-0.000000001', '8589934591', '8589934592', '1.1', '1700000000.123456789'),
    fc
      .tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }), fc.integer({ min: 0, max: 999_999_999 }))
      .map(([seconds, nanoseconds]) => `${seconds}.${String(nanoseconds).padStart(9, '0')}`),
  );
  const file = fc.record({
    name: fc.oneof(name, utf8).filter((text) => text !== '.' && text !== '..' && text.length <= 255),
    prefix: prefix.map((names) => names.map((each) => `${each}/`).join('')),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    owner: fc.tuple(id, id),
    mtime: time,
    size: fc.constantFrom(0, 1, 511, 512, 513, 5000),
  });

  it('has the bytes of MemberEncoder for any file', async () => {
    const { FilePacker } = loadAddon();
    const encoder = new MemberEncoder();
    const memory = new Uint8Array(64 * 1024);
    const done = new Float64Array(2);
    const property = async ({
      name,
      prefix,
      mode,
      owner,
      mtime,
      size,
    }: typeof file extends fc.Arbitrary<infer F> ? F : never) => {
      const tree = folder.path('one');
      const bytes = Buffer.alloc(size, 'c');
      await makeTree(tree, [{ kind: 'file', path: name, bytes, mode, owner: isRoot ? owner : undefined, mtime }]);
      const path = pathBytes(tree, name).toString('latin1');
      // A new one for each folder: it keeps the last one open.
      const packer = new FilePacker(true);
      const files = packer.pack(`${tree}/`, prefix, Buffer.from(`${name}\0`, 'latin1'), memory.fill(0xff), done);
      packer.close();
      const { uid, gid, modified } = statLink(path);
      rmSync(tree, { recursive: true });
      if (!isUtf8(prefix + name)) {
        expect([files, ...done]).toEqual([0, 0, 0]);
        return;
      }
      const header = encoder.encode({
        ...{ path: prefix + name, type: TYPE.file, mode, uid, gid, size, modified, target: '', major: 0, minor: 0 },
        records: [],
      });
      const wanted = Buffer.concat([header, bytes, Buffer.alloc(-size & (BLOCK - 1))]);
      expect([files, done[0], done[1]]).toEqual([1, name.length + 1, wanted.length]);
      expect(Buffer.from(memory.subarray(0, wanted.length)).equals(wanted)).toBe(true);
    };
    await fc.assert(fc.asyncProperty(file, property), MANY);
  });
});
