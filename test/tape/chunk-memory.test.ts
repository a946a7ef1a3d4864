import { once } from 'node:events';
import fs, { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { createVirtualDrive } from '../../src/virtual/index.js';

const MIB = 1024 * 1024;
/** A disk that takes 50 ms for each write. */
const SLOW_FILES = {
  ...fs,
  write: (...args: Parameters<typeof fs.write>) => void setTimeout(() => fs.write(...args), 50),
  writev: (...args: Parameters<typeof fs.writev>) => void setTimeout(() => fs.writev(...args), 50),
};
let clean: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
  clean = [];
});

async function newDrive() {
  const folder = await mkdtemp(join(tmpdir(), 'node-lto-'));
  clean.push(() => rm(folder, { recursive: true, force: true }));
  await createVirtualDrive(join(folder, 'drive'));
  const drive = await TapeDrive.open(`virtual:${join(folder, 'drive')}`);
  clean.push(() => drive.close());
  return { drive, folder };
}

/** The first byte of each MiB of a file. */
async function marks(drive: TapeDrive, fileNumber: number): Promise<number[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of drive.createReadStream({ fileNumber })) chunks.push(Buffer.from(chunk));
  const data = Buffer.concat(chunks);
  return Array.from({ length: Math.ceil(data.length / MIB) }, (_, i) => data[i * MIB] ?? -1);
}

describe('memory that a source fills again', () => {
  it('is not released while the stream only queues it', async () => {
    const { drive } = await newDrive();
    const pieces = [drive.allocate(MIB), drive.allocate(MIB), drive.allocate(MIB)];
    async function* source() {
      for (let i = 1; i <= 100; i += 1) {
        const piece = pieces[i % pieces.length] ?? Buffer.alloc(0);
        await drive.released(piece);
        yield piece.fill(i);
      }
    }
    await pipeline(Readable.from(source()), drive.createWriteStream());
    expect(await marks(drive, 0)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  it('is held from write() on, before the stream has begun', async () => {
    const { drive } = await newDrive();
    const piece = drive.allocate(MIB);
    const stream = drive.createWriteStream();
    for (let i = 1; i <= 5; i += 1) {
      stream.write(piece.fill(i));
      await drive.released(piece);
    }
    await new Promise<void>((resolve) => stream.end(resolve));
    expect(await marks(drive, 0)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('a stream that is destroyed', () => {
  it('in the middle of a chunk writes nothing behind its filemark', async () => {
    const { drive } = await newDrive();
    const stream = drive.createWriteStream({ bufferBytes: MIB, recordSize: 64 * 1024 });
    stream.on('error', () => undefined);
    stream.write(Buffer.alloc(48 * MIB, 1));
    while (stream.bytesWritten < 4 * MIB) await new Promise((resolve) => setTimeout(resolve, 1));
    stream.destroy();
    await once(stream, 'close');
    const { bytesWritten, incomplete } = stream;
    expect(incomplete).toMatchObject({ fileNumber: 0, bytes: bytesWritten });
    expect((await drive.writeFile([Buffer.alloc(MIB, 2)])).fileNumber).toBe(1);
    expect(stream.bytesWritten).toBe(bytesWritten);
    expect(new Set(await marks(drive, 0))).toEqual(new Set([1]));
    expect(await marks(drive, 1)).toEqual([2]);
  });

  it('does not call back that it wrote what it gave up', async () => {
    const { drive } = await newDrive();
    const stream = drive.createWriteStream();
    stream.on('error', () => undefined);
    // It has begun then, and takes what is written at once.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const told = new Promise((resolve) => stream.write(drive.allocate(MIB), resolve));
    stream.destroy();
    expect(await told).toMatchObject({ code: 'LTO_STREAM_DESTROYED' });
    expect(stream.bytesWritten).toBe(0);
  });
});

describe('chunks of a read stream that goes into a file', () => {
  it('stay as they are for others that read it', async () => {
    const { drive, folder } = await newDrive();
    await drive.writeFile(Array.from({ length: 128 }, (_, i) => Buffer.alloc(MIB, i + 1)));
    const stream = drive.createReadStream({ fileNumber: 0 });
    const kept: Buffer[] = [];
    stream.once('data', (chunk: Buffer) => kept.push(chunk));
    const file = createWriteStream(join(folder, 'out'));
    stream.pipe(file);
    await once(file, 'close');
    expect(kept).toHaveLength(1);
    expect(kept[0]?.[0]).toBe(1);
  });

  it('wait for the slower of two destinations', async () => {
    const { drive, folder } = await newDrive();
    await drive.writeFile(Array.from({ length: 64 }, (_, i) => Buffer.alloc(MIB, i + 1)));
    const stream = drive.createReadStream({ fileNumber: 0 });
    const fast = createWriteStream(join(folder, 'fast'));
    const slow = createWriteStream(join(folder, 'slow'), { fs: SLOW_FILES });
    stream.pipe(fast);
    stream.pipe(slow);
    let backlog = 0;
    stream.on('pause', () => {
      backlog = Math.max(backlog, slow.writableLength);
    });
    await Promise.all([once(fast, 'close'), once(slow, 'close')]);
    // Node's own pipe lets one chunk stand beside what the file waits for.
    expect(backlog).toBeLessThan(16 * MIB);
    const [left, right] = await Promise.all([readFile(join(folder, 'fast')), readFile(join(folder, 'slow'))]);
    expect(left.length).toBe(64 * MIB);
    expect(left.equals(right)).toBe(true);
  });

  it('go nowhere any more after unpipe()', async () => {
    const { drive, folder } = await newDrive();
    await drive.writeFile(Array.from({ length: 64 }, (_, i) => Buffer.alloc(MIB, i + 1)));
    const stream = drive.createReadStream({ fileNumber: 0 });
    const file = createWriteStream(join(folder, 'out'));
    stream.pipe(file);
    await once(stream, 'data');
    stream.unpipe(file);
    const { writableLength, bytesWritten } = file;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(file.bytesWritten).toBeLessThanOrEqual(bytesWritten + writableLength);
    expect(file.writableEnded).toBe(false);
    stream.destroy();
    file.destroy();
  });
});
