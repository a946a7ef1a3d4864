import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { appendFile, chmod, mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import type { PackOptions } from '../../src/archive/pack/pack-folder.js';
import type { PackStream } from '../../src/archive/pack/pack-stream.js';
import { countingBytes, isRoot, withSocket } from '../support/tree.js';
import { packingFolder } from './pack-support.js';

const MIB = 1024 * 1024;
const folder = packingFolder();

/** More than twice of what the packer and the stream do ahead (40 MiB), so that it waits before the middle of it. */
const LARGE = 96 * MIB;
const HALF = LARGE / 2;

/** Packs a folder with `large` in it, and does something while the packer waits in that. */
async function packWhile(meanwhile: () => Promise<unknown>, options: PackOptions = {}): Promise<PackStream> {
  const packFolder = await folder.load();
  const stream = packFolder(folder.path('tree'), options);
  await once(stream, 'readable');
  await meanwhile();
  await pipeline(stream, createWriteStream(folder.path('archive.tar')));
  return stream;
}

async function makeLarge(...others: readonly string[]): Promise<void> {
  await mkdir(folder.path('tree'));
  await writeFile(folder.path('tree/large'), countingBytes(LARGE));
  for (const name of others) await writeFile(folder.path('tree', name), name);
}

describe('a file that changes while it is archived', () => {
  it('that shrinks is filled up with zeros, named, and the rest is whole', async () => {
    await makeLarge('rest');
    const { summary } = await packWhile(() => truncate(folder.path('tree/large'), HALF));
    expect(summary).toMatchObject({
      problemCount: 1,
      problems: [{ path: folder.path('tree/large'), reason: 'shrank', archived: true }],
    });
    const tree = `${await folder.extract('GNU tar')}/tree`;
    const large = await readFile(`${tree}/large`);
    expect(large.length).toBe(LARGE);
    expect(large.subarray(0, HALF).equals(countingBytes(HALF))).toBe(true);
    expect(large.subarray(HALF).every((byte) => byte === 0)).toBe(true);
    expect(await readFile(`${tree}/rest`, 'utf8')).toBe('rest');
  });

  it('that grows is there as it was at the beginning, and named', async () => {
    await makeLarge('rest');
    const { summary } = await packWhile(() => appendFile(folder.path('tree/large'), 'more'));
    expect(summary?.problems).toEqual([{ path: folder.path('tree/large'), reason: 'grew', archived: true }]);
    const tree = `${await folder.extract('GNU tar')}/tree`;
    expect((await readFile(`${tree}/large`)).equals(countingBytes(LARGE))).toBe(true);
    expect(await readFile(`${tree}/rest`, 'utf8')).toBe('rest');
  });

  it('that is written to without a change of its size is named', async () => {
    await makeLarge();
    const { summary } = await packWhile(async () => {
      await writeFile(folder.path('tree/large'), 'x', { flag: 'r+' });
    });
    expect(summary?.problems).toEqual([{ path: folder.path('tree/large'), reason: 'changed', archived: true }]);
  });

  it('that vanishes before its turn is named, with its folder', async () => {
    // Helpers pack the next few small files while the large one is read: those that vanish come behind more than these.
    const between = Array.from({ length: 500 }, (_, number) => `m${String(number).padStart(3, '0')}`);
    await makeLarge(...between, 'moved', 'rest', 'vanished');
    const { summary } = await packWhile(async () => {
      await rm(folder.path('tree/vanished'));
      await rename(folder.path('tree/moved'), folder.path('elsewhere'));
    });
    expect(summary?.problems).toEqual([
      { path: folder.path('tree/moved'), reason: 'vanished', code: 'ENOENT', archived: false },
      { path: folder.path('tree/vanished'), reason: 'vanished', code: 'ENOENT', archived: false },
    ]);
    const small = between.map((name) => `tree/${name}`);
    expect(await folder.members()).toEqual(['tree/', 'tree/large', ...small, 'tree/rest']);
  });

  it('ends the archive at once where it is strict, with an error that names the file', async () => {
    await makeLarge('rest');
    const packed = packWhile(() => truncate(folder.path('tree/large'), HALF), { strict: true });
    await expect(packed).rejects.toMatchObject({
      code: 'LTO_SOURCE',
      message: expect.stringMatching(/large" shrank while it was read/),
    });
  });
});

/** Without root's right to read everything. */
async function asUser<T>(work: () => Promise<T>): Promise<T> {
  if (isRoot) process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('what can not be archived', () => {
  it('unreadable files and folders are named, and the rest is there', async () => {
    await mkdir(folder.path('tree/closed'), { recursive: true });
    for (const name of ['a', 'b', 'c']) await writeFile(folder.path('tree', name), name);
    await writeFile(folder.path('archive.tar'), '', { mode: 0o666 });
    await chmod(folder.path('archive.tar'), 0o666);
    await chmod(folder.path(), 0o755);
    await chmod(folder.path('tree/b'), 0);
    await chmod(folder.path('tree/closed'), 0);
    const summary = await asUser(() => folder.pack(folder.path('tree')));
    await chmod(folder.path('tree/closed'), 0o755);
    expect(summary).toMatchObject({
      files: 2,
      problemCount: 2,
      problems: [
        { path: folder.path('tree/b'), reason: 'unreadable', code: 'EACCES', archived: false },
        { path: folder.path('tree/closed'), reason: 'unreadable', code: 'EACCES', archived: true },
      ],
    });
    expect(await folder.members()).toEqual(['tree/', 'tree/a', 'tree/c', 'tree/closed/']);
  });

  it('sockets, and FIFOs unless they are asked for, are left out with a word', async () => {
    await mkdir(folder.path('tree'));
    await folder.makeFifo('tree/fifo');
    const socket = folder.path('tree/socket');
    const summary = await withSocket(socket, () => folder.pack(folder.path('tree')));
    expect(summary).toMatchObject({
      problemCount: 0,
      leftOut: { sockets: 1, special: 1 },
      leftOutPaths: [folder.path('tree/fifo'), socket],
    });
    expect(await folder.members()).toEqual(['tree/']);
    await withSocket(socket, () => folder.pack(folder.path('tree'), { special: true }));
    expect(await folder.members()).toEqual(['tree/', 'tree/fifo']);
  });

  it('a source that is not there fails before the first byte', async () => {
    const packFolder = await folder.load();
    const stream = packFolder([folder.path(), folder.path('nowhere')]);
    await expect(stream.begun()).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
    await expect(stream.toArray()).rejects.toMatchObject({ message: expect.stringContaining('nowhere') });
  });
});

describe('a stream that nobody wants any more', () => {
  it('ends its thread, wherever that is', async () => {
    await makeLarge();
    const packFolder = await folder.load();
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 30; round += 1) {
      const stream = packFolder(folder.path('tree'));
      if (round % 3 > 0) await once(stream, 'readable');
      if (round % 3 > 1) stream.read(MIB);
      stream.destroy();
      await once(stream, 'close');
    }
    // Thirty threads, each with 8 MiB on the way, would be more.
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * MIB);
  });

  it('is destroyed by its signal', async () => {
    await makeLarge();
    const packFolder = await folder.load();
    const controller = new AbortController();
    const stream = packFolder(folder.path('tree'), { signal: controller.signal });
    await once(stream, 'readable');
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(once(stream, 'close')).rejects.toBe(reason);
  });
});
