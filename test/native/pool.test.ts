import { writeFileSync } from 'node:fs';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadAddon } from '../../src/addon/load-addon.js';
import { KIB, makeFifo, onLinux, openDevice, scratchFolder, slab } from './addon.js';
import { prelude, runChild } from './child.js';

const clean = { code: 0, signal: null, stderr: '' };
const ALL = 0x7fff_ffff;

describe.runIf(onLinux)('SlabPool', () => {
  const makePool = (slabBytes: number, count: number) => new (loadAddon().SlabPool)(slabBytes, count);

  it('hands its slabs out with the records in them, and none beyond its count', async () => {
    const device = await openDevice('/dev/zero');
    const pool = makePool(64 * KIB, 2);
    const read = () => device.readRecords(pool, 32 * KIB, ALL, 1, 0);
    const [first, second] = await Promise.all([read(), read()]);
    expect(first).toMatchObject({ lengths: [32 * KIB, 32 * KIB], stop: 'full' });
    expect(first.memory?.byteLength).toBe(64 * KIB);
    expect(second.memory).not.toBe(first.memory);
    expect(pool.available).toBe(0);
    expect(read).toThrow(RangeError);
    await device.close();
  });

  it('reads again into what it was given back, the last first, and hands out the same view', async () => {
    const path = join(scratchFolder(), 'file');
    writeFileSync(path, ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(512)).join(''));
    const device = await openDevice(path);
    const pool = makePool(4096, 3);
    const read = async () => (await device.readRecords(pool, 512, 1, 1, 0)).memory ?? new ArrayBuffer(0);
    const letterIn = (memory: ArrayBuffer) => String.fromCharCode(new Uint8Array(memory)[0] ?? 0);
    const cold = await read();
    const hot = await read();
    expect([letterIn(cold), letterIn(hot)]).toEqual(['a', 'b']);
    pool.giveBack(cold);
    pool.giveBack(hot);
    expect(pool.available).toBe(3);
    const third = await read();
    expect(third).toBe(hot);
    expect(letterIn(third)).toBe('c');
    expect(await read()).toBe(cold);
    expect(letterIn(cold)).toBe('d');
    await device.close();
  });

  it('takes nothing back that is not out', async () => {
    const device = await openDevice('/dev/zero');
    const pool = makePool(4096, 2);
    const { memory = new ArrayBuffer(0) } = await device.readRecords(pool, 512, 1, 1, 0);
    const other = makePool(4096, 1);
    const refusals = [
      () => other.giveBack(memory),
      () => pool.giveBack(slab(4096).buffer as ArrayBuffer),
      () => pool.giveBack(new ArrayBuffer(4096)),
    ];
    for (const refusal of refusals) expect(refusal).toThrow(RangeError);
    expect(() => Reflect.apply(pool.giveBack, pool, [new Uint8Array(memory)])).toThrow(TypeError);
    pool.giveBack(memory);
    expect(() => pool.giveBack(memory)).toThrow(RangeError);
    expect(pool.available).toBe(2);
    await device.close();
  });

  it('says so where there is no memory for a slab', async () => {
    const device = await openDevice('/dev/zero');
    const read = device.readRecords(makePool(2 ** 40, 1), 512, 1, 1, 0);
    await expect(read).rejects.toMatchObject({ errno: -os.errno.ENOMEM, syscall: 'mmap' });
    await device.close();
  });

  it('has nothing to give once it was closed, but what is out stays', async () => {
    const device = await openDevice('/dev/zero');
    const pool = makePool(4096, 2);
    const { memory } = await device.readRecords(pool, 512, 1, 1, 0);
    pool.close();
    pool.close();
    expect(pool.available).toBe(0);
    expect(() => device.readRecords(pool, 512, 1, 1, 0)).toThrow('no slab');
    pool.giveBack(memory ?? new ArrayBuffer(0));
    expect(pool.available).toBe(0);
    expect(new Uint8Array(memory ?? new ArrayBuffer(0)).every((byte) => byte === 0)).toBe(true);
    await device.close();
  });

  it('takes a slab back when a call was cancelled', async () => {
    const device = await openDevice(makeFifo());
    const pool = makePool(4096, 2);
    void device.readRecords(slab(4096), 512, 1, 9, 0);
    const read = device.readRecords(pool, 512, 1, 1, 5);
    expect(pool.available).toBe(1);
    device.cancel(5);
    await expect(read).rejects.toMatchObject({ errno: -os.errno.ECANCELED });
    await expect.poll(() => pool.available).toBe(2);
  });

  it('takes slabs back that garbage collection has found', async () => {
    const script = `
      const device = await openDevice('/dev/zero');
      const pool = new SlabPool(1 << 20, 4);
      for (let i = 0; i < 40; i += 1) {
        while (pool.available === 0) { global.gc(); await new Promise(setImmediate); }
        await device.readRecords(pool, 65536, 1e6, 1, 0);
      }
      await device.close();
      console.log('read');`;
    expect(await runChild(script, [], ['--expose-gc'])).toEqual({ ...clean, stdout: 'read\n' });
  });

  it('is counted by V8 once, while it is mapped, however often its slabs go out', async () => {
    const script = `
      const external = () => process.memoryUsage().external;
      const MIB = 1 << 20;
      const device = await openDevice('/dev/zero');
      const before = external();
      const pool = new SlabPool(MIB, 4);
      let least = Infinity;
      let most = 0;
      for (let i = 0; i < 40; i += 1) {
        while (pool.available === 0) { global.gc(); await new Promise(setImmediate); }
        await device.readRecords(pool, 65536, 1e6, 1, 0);
        least = Math.min(least, external() - before);
        most = Math.max(most, external() - before);
      }
      pool.close();
      for (let i = 0; i < 5; i += 1) { global.gc(); await new Promise((resolve) => setTimeout(resolve, 10)); }
      const after = external() - before;
      await device.close();
      console.log(least > 0, most < 9 * MIB, Math.abs(after) < MIB / 2);`;
    expect(await runChild(script, [], ['--expose-gc'])).toEqual({ ...clean, stdout: 'true true true\n' });
  });

  it('outlives its environment: workers that are terminated while they read', async () => {
    const script = `
      const { Worker } = require('node:worker_threads');
      const source = ${JSON.stringify(prelude)} + \`
        const { parentPort } = require('node:worker_threads');
        (async () => {
          const device = await openDevice('/dev/zero');
          const pool = new SlabPool(1 << 18, 8);
          const checksum = new Crc32();
          const kept = [];
          parentPort.postMessage('reading');
          for (;;) {
            while (pool.available < 3) { kept.length = 0; new ArrayBuffer(1 << 20); await new Promise(setImmediate); }
            const calls = [];
            while (pool.available > 0) {
              calls.push(device.readRecords(pool, 65536, 1e6, 1, 0, { checksum, quiet: true }));
            }
            for (const { memory } of await Promise.all(calls)) {
              if (kept.length % 2 === 0) pool.giveBack(memory);
              kept.push(memory);
            }
          }
        })();\`;
      for (let round = 0; round < 20; round += 1) {
        const worker = new Worker(source, { eval: true });
        await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
        await new Promise((resolve) => setTimeout(resolve, round));
        await worker.terminate();
      }
      console.log('survived');`;
    expect(await runChild(script)).toEqual({ ...clean, stdout: 'survived\n' });
  });
});

describe.runIf(onLinux)('Crc32', () => {
  it('is that of zlib, in one go and in pieces', () => {
    const data = Buffer.from(Array.from({ length: 10_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
    const checksum = new (loadAddon().Crc32)();
    expect(checksum.value).toBe(0);
    for (const [begin, end] of [
      [0, 3],
      [3, 3],
      [3, 4_099],
      [4_099, 10_000],
    ])
      checksum.update(data.subarray(begin, end));
    expect(checksum.value).toBe(crc32(data));
  });

  it('follows the records of a device', async () => {
    const content = Buffer.from(Array.from({ length: 20_500 }, (_, i) => (i * 31) & 0xff));
    const path = join(scratchFolder(), 'file');
    writeFileSync(path, '');
    const written = new (loadAddon().Crc32)();
    const device = await openDevice(path);
    const memory = slab(64 * KIB);
    memory.set(content);
    await device.writeRecords(memory.subarray(0, content.length), 10_240, 1, 0, { checksum: written });
    await device.close();
    expect(written.value).toBe(crc32(content));

    const read = new (loadAddon().Crc32)();
    const again = await openDevice(path);
    await again.readRecords(slab(64 * KIB), 10_000, ALL, 1, 0, { checksum: read });
    await again.close();
    expect(read.value).toBe(crc32(content));
  });

  it('leaves out what the device did not take', async () => {
    const device = await openDevice('/dev/full');
    const checksum = new (loadAddon().Crc32)();
    await device.writeRecords(slab(4096), 512, 1, 0, { checksum });
    expect(checksum.value).toBe(0);
    await device.close();
  });
});

describe.runIf(onLinux)('quiet calls', () => {
  it('settle in order, at the latest when nothing is queued any more', async () => {
    const device = await openDevice('/dev/null');
    const memory = slab(4096);
    const order: number[] = [];
    const calls = Array.from({ length: 10 }, (_, i) =>
      device.writeRecords(memory, 512, 1, 0, { quiet: i % 4 !== 3 }).then(() => order.push(i)),
    );
    await Promise.all(calls);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await device.close();
  });

  it('settle at once when they stop', async () => {
    const device = await openDevice('/dev/full');
    expect(await device.writeRecords(slab(4096), 512, 1, 0, { quiet: true })).toMatchObject({ stop: 'end-of-medium' });
    await device.close();
  });
});
