import { constants, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAddon } from '../../src/addon/load-addon.js';
import { copies, KIB, makeFifo, onLinux, openDevice, openOtherEnd, scratchFolder, slab } from './addon.js';

describe.runIf(onLinux)('memory of allocateSlab and of a pool', () => {
  it('is what the device reads into, or a copy where the run-time takes no memory from outside', async () => {
    const fifo = makeFifo();
    const device = await openDevice(fifo);
    const memory = slab(4096);
    const read = device.readRecords(memory, 512, 1, 1, 0);
    writeSync(openOtherEnd(fifo), 'abc');
    // No turn of the event loop: the device's thread alone puts it there.
    const deadline = Date.now() + 10_000;
    while (!copies && memory[0] === 0 && Date.now() < deadline);
    expect(memory[0]).toBe(copies ? 0 : 0x61);
    expect(await read).toEqual({ lengths: [3], stop: 'full' });
    expect(Buffer.from(memory.subarray(0, 4)).toString('latin1')).toBe('abc\0');
    await device.close();
  });

  it('is written as it is when the call is made, piece by piece, again and again', async () => {
    const path = join(scratchFolder(), 'file');
    writeFileSync(path, '');
    const device = await openDevice(path);
    const memory = slab(8 * KIB);
    for (const round of [1, 2]) {
      memory.fill(round, 0, 4 * KIB);
      memory.fill(round + 10, 4 * KIB);
      await device.writeRecords([memory.subarray(4 * KIB), memory.subarray(512, 1024)], 512, round, 0);
    }
    await device.close();
    const runs = [11, 1, 12, 2].map((byte, i) => Buffer.alloc(i % 2 === 0 ? 4 * KIB : 512, byte));
    expect(readFileSync(path).equals(Buffer.concat(runs))).toBe(true);
  });

  it('has the records of a read side by side, and is left alone where it was detached meanwhile', async () => {
    const path = join(scratchFolder(), 'file');
    writeFileSync(path, Buffer.concat([Buffer.alloc(5000, 1), Buffer.alloc(5000, 2), Buffer.alloc(7, 3)]));
    const device = await openDevice(path, constants.O_RDONLY);
    const pool = new (loadAddon().SlabPool)(64 * KIB, 1);
    const { lengths, slab: filled = -1 } = await device.readRecords(pool, 5000, 3, 1, 0);
    expect(lengths).toEqual([5000, 5000, 7]);
    const memory = pool.take(filled);
    const starts = [0, 5000, 10_000].map((start) => [...new Uint8Array(memory, start, 2)]);
    expect(starts).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    const given = slab(64 * KIB);
    const again = device.readRecords(given, 5000, 3, 1, 0);
    // Node.js does not detach memory from outside.
    if (copies) structuredClone(given.buffer, { transfer: [given.buffer as ArrayBuffer] });
    expect(await again).toMatchObject({ stop: 'zero' });
    expect(given.length).toBe(copies ? 0 : 64 * KIB);
    await device.close();
  });
});
