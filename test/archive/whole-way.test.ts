// From a folder to an archive and back, in this process.
import { mkdir, open, stat, writeFile } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { compiledExtractor } from '../support/extracting.js';
import { compiledPacker } from '../support/packing.js';
import { describeTree } from '../support/tree.js';
import { temporaryFolder } from './support.js';

const GIB = 2 ** 30;
const folder = temporaryFolder('lto-whole-way-');
const extractor = compiledExtractor();
const packer = compiledPacker();

async function copy(from: string, to: string) {
  const [packFolder, { extractArchive }] = await Promise.all([packer.load(), extractor.load()]);
  const archive = packFolder(folder.path(from));
  const extracted = await extractArchive(archive, folder.path(to));
  return { packed: archive.summary, extracted };
}

async function expectSame(from: string, to: string): Promise<void> {
  expect(await describeTree(folder.path(to, from))).toEqual(await describeTree(folder.path(from)));
}

describe('archives in one process', () => {
  const NAMES = ['one', 'two', 'three'];
  beforeEach(async () => {
    for (const [at, name] of NAMES.entries()) {
      await mkdir(folder.path(name, 'below'), { recursive: true });
      // Slabs of one archive that came into another would be seen by their bytes.
      for (let file = 0; file < 40; file += 1) {
        await writeFile(
          folder.path(name, 'below', `${file}`),
          Buffer.alloc(100_000 * (file % 3) + file, `${name}${at}`),
        );
      }
    }
  });

  it('are made and extracted one after the other', async () => {
    for (const name of NAMES) {
      expect(await copy(name, `${name}-out`)).toMatchObject({
        packed: { files: 40, problemCount: 0 },
        extracted: { files: 40, notRestored: [] },
      });
      await expectSame(name, `${name}-out`);
    }
  });

  it('are made and extracted at the same time', async () => {
    await Promise.all(NAMES.map((name) => copy(name, `${name}-out`)));
    for (const name of NAMES) await expectSame(name, `${name}-out`);
  });

  it('are made at the same time, of one folder', async () => {
    await Promise.all(NAMES.map((name) => copy('one', `${name}-out`)));
    for (const name of NAMES) await expectSame('one', `${name}-out`);
  });
});

describe('a file with holes of more than 4 GiB', () => {
  const SIZE = 9 * GIB + 4321;
  /** Behind the numbers that ustar has, around 2³², and at the end. */
  const PARTS = [0, 4 * GIB - 4096, 8 * GIB + 4096, SIZE - 100];

  it('has its parts where they were, and takes no more room', async () => {
    await mkdir(folder.path('tree'));
    const file = await open(folder.path('tree', 'large'), 'w');
    for (const [at, position] of PARTS.entries()) await file.write(Buffer.alloc(100, `part ${at}`), 0, 100, position);
    await file.close();
    const { packed, extracted } = await copy('tree', 'out');
    expect(packed?.notKept).toEqual([]);
    expect(packed?.bytes).toBeLessThan(2 ** 20);
    expect(extracted).toMatchObject({ files: 1, notRestored: [] });
    const { size, blocks } = await stat(folder.path('out', 'tree', 'large'));
    expect(size).toBe(SIZE);
    expect(blocks * 512).toBeLessThan(2 ** 20);
    const restored = await open(folder.path('out', 'tree', 'large'));
    for (const [at, position] of PARTS.entries()) {
      const { buffer } = await restored.read(Buffer.alloc(100), 0, 100, position);
      expect(buffer).toEqual(Buffer.alloc(100, `part ${at}`));
    }
    await restored.close();
  });
});

/** From Node.js 22.15 on. */
const zstdCompress: unknown = Reflect.get(zlib, 'zstdCompressSync');

describe.runIf(typeof zstdCompress === 'function')('a zstd archive', () => {
  const zstd = (bytes: Uint8Array) => (zstdCompress as (bytes: Uint8Array) => Buffer)(bytes);

  it('is extracted, and is told from one that is cut off or damaged', async () => {
    const [packFolder, { extractArchive }] = await Promise.all([packer.load(), extractor.load()]);
    await mkdir(folder.path('tree'));
    await writeFile(
      folder.path('tree', 'file'),
      Buffer.from(Array.from({ length: 50_000 }, (_, at) => (at * at) % 251)),
    );
    const bytes = zstd(Buffer.concat(await packFolder(folder.path('tree')).toArray()));
    await extractArchive(bytes, folder.path('out'));
    await expectSame('tree', 'out');
    const half = bytes.subarray(0, bytes.length / 2);
    await expect(extractArchive(half, folder.path('half'))).rejects.toMatchObject({
      code: 'LTO_ARCHIVE',
      reason: 'cut',
    });
  });
});

describe.runIf(zstdCompress === undefined)('a zstd archive, before Node.js 22.15', () => {
  it('is refused by name', async () => {
    const { extractArchive } = await extractor.load();
    const magic = Buffer.from('28b52ffd0458', 'hex');
    await expect(extractArchive(magic, folder.path('out'))).rejects.toMatchObject({
      code: 'LTO_ARCHIVE',
      reason: 'unsupported',
      message: expect.stringContaining('zstd'),
    });
  });
});
