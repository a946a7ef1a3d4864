import { constants, readSync, writeFileSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadAddon } from '../../src/addon/load-addon.js';
import { KIB, makeFifo, onLinux, openDevice, openOtherEnd, scratchFolder, slab } from './addon.js';

/** A file with that content. */
function makeFile(content: Uint8Array): string {
  const path = join(scratchFolder(), 'file');
  writeFileSync(path, content);
  return path;
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

describe.runIf(onLinux)('writeRecords', () => {
  it('writes every byte, the last record shorter', async () => {
    const path = makeFile(new Uint8Array());
    const device = await openDevice(path);
    const content = pattern(40 * KIB + 7);
    const memory = slab(64 * KIB);
    memory.set(content);
    const outcome = await device.writeRecords(memory.subarray(0, content.length), 16 * KIB, 1, 0);
    expect(outcome).toEqual({ records: 3, bytes: content.length, stop: 'done' });
    await device.close();
    expect(new Uint8Array(await readFile(path))).toEqual(content);
  });

  it('writes pieces of memory one after the other, as records of one call', async () => {
    const path = makeFile(new Uint8Array());
    const device = await openDevice(path);
    const content = pattern(56 * KIB + 5);
    const [first, second] = [slab(64 * KIB), slab(64 * KIB)];
    first.set(content.subarray(0, 32 * KIB));
    second.set(content.subarray(32 * KIB));
    const pieces = [first.subarray(0, 16 * KIB), first.subarray(16 * KIB, 32 * KIB), second.subarray(0, 24 * KIB + 5)];
    const checksum = new (loadAddon().Crc32)();
    const outcome = await device.writeRecords(pieces, 16 * KIB, 1, 0, { checksum });
    expect(outcome).toEqual({ records: 4, bytes: content.length, stop: 'done' });
    expect(checksum.value).toBe(crc32(content));
    await device.close();
    expect(new Uint8Array(await readFile(path))).toEqual(content);
  });

  it('tells how far it came in pieces of memory', async () => {
    const device = await openDevice('/dev/full');
    const memory = slab(64 * KIB);
    expect(await device.writeRecords([memory, memory], 16 * KIB, 1, 0)).toMatchObject({
      records: 0,
      bytes: 0,
      stop: 'end-of-medium',
    });
    await device.close();
  });

  it('waits for a slow reader', async () => {
    const fifo = makeFifo();
    const device = await openDevice(fifo);
    const reader = openOtherEnd(fifo);
    const write = device.writeRecords(slab(128 * KIB), 32 * KIB, 1, 0);
    const piece = Buffer.alloc(128 * KIB);
    let bytes = 0;
    while (bytes < 128 * KIB) {
      await new Promise((resolve) => setImmediate(resolve));
      try {
        bytes += readSync(reader, piece);
      } catch (error) {
        expect(error).toMatchObject({ errno: -os.errno.EAGAIN });
      }
    }
    expect(await write).toEqual({ records: 4, bytes: 128 * KIB, stop: 'done' });
    await device.close();
  });

  it('tells the end of the medium and fails the rest of the stream', async () => {
    const device = await openDevice('/dev/full');
    const memory = slab(64 * KIB);
    const [first, second] = await Promise.allSettled([
      device.writeRecords(memory, 16 * KIB, 1, 0),
      device.writeRecords(memory, 16 * KIB, 1, 0),
    ]);
    expect(first).toMatchObject({
      value: { records: 0, bytes: 0, stop: 'end-of-medium', errno: -os.errno.ENOSPC },
    });
    expect(second).toMatchObject({ reason: { errno: -os.errno.ECANCELED, syscall: 'write' } });
    await expect(device.writeRecords(memory, 16 * KIB, 1, 0)).rejects.toMatchObject({ errno: -os.errno.ECANCELED });
    expect(await device.writeRecords(memory, 16 * KIB, 2, 0)).toMatchObject({ stop: 'end-of-medium' });
    await device.close();
  });

  it('counts only whole records when a write is short', async () => {
    const device = await openDevice(makeFifo(), constants.O_RDWR | constants.O_NONBLOCK);
    expect(await device.writeRecords(slab(96 * KIB), 48 * KIB, 1, 0)).toEqual({
      records: 1,
      bytes: 48 * KIB,
      stop: 'error',
      errno: 0,
    });
    await device.close();
  });

  it('fails what follows a cancelled call in its stream', async () => {
    const fifo = makeFifo();
    const device = await openDevice(fifo);
    const memory = slab(4 * KIB);
    const blocked = device.readRecords(slab(4 * KIB), 512, 1, 9, 0);
    const calls = [1, 2, 3].map((token) => device.writeRecords(memory, 4 * KIB, 1, token));
    const other = device.writeRecords(memory, 4 * KIB, 2, 4);
    expect(device.cancel(2)).toBe(true);
    writeSync(openOtherEnd(fifo), 'x');
    const [first, ...rest] = await Promise.allSettled(calls);
    expect(first).toMatchObject({ value: { stop: 'done', records: 1 } });
    for (const each of rest) expect(each).toMatchObject({ reason: { errno: -os.errno.ECANCELED } });
    expect(await other).toMatchObject({ stop: 'done' });
    expect(await blocked).toMatchObject({ stop: 'full' });
    await device.close();
  });
});

describe.runIf(onLinux)('readRecords', () => {
  it('puts records side by side, whatever their lengths', async () => {
    const content = pattern(20_500);
    const device = await openDevice(makeFile(content), constants.O_RDONLY);
    const memory = slab(64 * KIB);
    expect(await device.readRecords(memory, 10_000, 10, 1, 0)).toEqual({
      lengths: [10_000, 10_000, 500],
      stop: 'zero',
    });
    expect(memory.slice(0, 20_500)).toEqual(content);
    await device.close();
  });

  it('stops where another offer has no room, and at maxRecords', async () => {
    const device = await openDevice('/dev/zero');
    expect(await device.readRecords(slab(28 * KIB), 10_000, 10, 1, 0)).toEqual({
      lengths: [10_000, 10_000],
      stop: 'full',
    });
    expect(await device.readRecords(slab(32 * KIB), 512, 2, 1, 0)).toEqual({ lengths: [512, 512], stop: 'full' });
    await device.close();
  });

  it('tells an error from the end of data, and fails the rest of the stream', async () => {
    const device = await openDevice(makeFifo(), constants.O_RDWR | constants.O_NONBLOCK);
    const [first, second] = await Promise.allSettled([
      device.readRecords(slab(4096), 512, 1, 1, 0),
      device.readRecords(slab(4096), 512, 1, 1, 0),
    ]);
    expect(first).toMatchObject({ value: { lengths: [], stop: 'error', errno: -os.errno.EAGAIN } });
    expect(second).toMatchObject({ reason: { errno: -os.errno.ECANCELED, syscall: 'read' } });
    await device.close();
  });
});
