import { writeFileSync } from 'node:fs';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Device, SlabPool } from '../../binding.js';
import { loadAddon } from '../../src/addon/load-addon.js';
import { KIB, onLinux, openDevice, scratchFolder, slab } from './addon.js';
import { prelude, runChild } from './child.js';

const clean = { code: 0, signal: null, stderr: '' };
const ALL = 0x7fff_ffff;

describe.runIf(onLinux)('SlabPool', () => {
  const makePool = (slabBytes: number, kept: number) => new (loadAddon().SlabPool)(slabBytes, kept);
  /** Reads into a slab of the pool and takes it. */
  async function read(device: Device, pool: SlabPool, offer: number, records = 1): Promise<ArrayBuffer> {
    const { slab: filled = -1 } = await device.readRecords(pool, offer, records, 1, 0);
    return pool.take(filled);
  }

  it('hands its slabs out with the records in them, as many as are asked for', async () => {
    const device = await openDevice('/dev/zero');
    const pool = makePool(64 * KIB, 2);
    const outcomes = await Promise.all([1, 2, 3].map(() => device.readRecords(pool, 32 * KIB, ALL, 1, 0)));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ lengths: [32 * KIB, 32 * KIB], stop: 'full' });
    expect(pool.lent).toBe(0);
    const slabs = outcomes.map(({ slab: filled = -1 }) => pool.take(filled));
    expect(slabs.map(({ byteLength }) => byteLength)).toEqual([64 * KIB, 64 * KIB, 64 * KIB]);
    expect(new Set(slabs).size).toBe(3);
    expect(pool.lent).toBe(3);
    await device.close();
  });

  it('hands each slab out once', async () => {
    const device = await openDevice('/dev/zero');
    const pool = makePool(64 * KIB, 2);
    const { slab: filled = -1 } = await device.readRecords(pool, 512, 1, 1, 0);
    pool.take(filled);
    for (const wrong of [filled, filled + 1, 0]) expect(() => pool.take(wrong)).toThrow(RangeError);
    expect(() => Reflect.apply(pool.take, pool, ['1'])).toThrow(TypeError);
    await device.close();
  });

  it('reads again into what it was given back, the last first, and hands out the same view', async () => {
    const path = join(scratchFolder(), 'file');
    writeFileSync(path, ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(512)).join(''));
    const device = await openDevice(path);
    const pool = makePool(4096, 3);
    const letterIn = (memory: ArrayBuffer) => String.fromCharCode(new Uint8Array(memory)[0] ?? 0);
    const cold = await read(device, pool, 512);
    const hot = await read(device, pool, 512);
    expect([letterIn(cold), letterIn(hot)]).toEqual(['a', 'b']);
    pool.giveBack(cold);
    pool.giveBack(hot);
    expect(pool.lent).toBe(0);
    const third = await read(device, pool, 512);
    expect(third).toBe(hot);
    expect(letterIn(third)).toBe('c');
    expect(await read(device, pool, 512)).toBe(cold);
    expect(letterIn(cold)).toBe('d');
    expect(pool.lent).toBe(2);
    await device.close();
  });

  it('takes nothing back that is not out', async () => {
    const device = await openDevice('/dev/zero');
    const pool = makePool(4096, 2);
    const memory = await read(device, pool, 512);
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
    expect(pool.lent).toBe(0);
    await device.close();
  });

  it('says so where there is no memory for a slab', async () => {
    const device = await openDevice('/dev/zero');
    const tooLarge = device.readRecords(makePool(2 ** 40, 1), 512, 1, 1, 0);
    await expect(tooLarge).rejects.toMatchObject({ errno: -os.errno.ENOMEM, syscall: 'mmap' });
    await device.close();
  });

  it('has nothing to give once it was closed, but what is out stays', async () => {
    const device = await openDevice('/dev/zero');
    const pool = makePool(4096, 2);
    const memory = await read(device, pool, 512);
    const { slab: filled = -1 } = await device.readRecords(pool, 512, 1, 1, 0);
    pool.close();
    pool.close();
    expect(() => pool.take(filled)).toThrow(RangeError);
    expect(() => device.readRecords(pool, 512, 1, 1, 0)).toThrow('the pool is closed');
    pool.giveBack(memory);
    expect(new Uint8Array(memory).every((byte) => byte === 0)).toBe(true);
    await device.close();
  });

  it('takes slabs back that garbage collection has found', async () => {
    const script = `
      const device = await openDevice('/dev/zero');
      const pool = new SlabPool(1 << 20, 4);
      for (let i = 0; i < 40; i += 1) {
        while (pool.lent > 3) { global.gc(); await new Promise(setImmediate); }
        pool.take((await device.readRecords(pool, 65536, 1e6, 1, 0)).slab);
      }
      await device.close();
      console.log('read');`;
    expect(await runChild(script, [], ['--expose-gc'])).toEqual({ ...clean, stdout: 'read\n' });
  });

  it('leaves what is kept as it was read, in worker threads too, and once pool and device are closed', async () => {
    const path = join(scratchFolder(), 'file');
    const RECORDS = 512;
    writeFileSync(path, Buffer.concat(Array.from({ length: RECORDS }, (_, i) => Buffer.alloc(16 * KIB, `<${i}>`))));
    const keeping = `
      const expected = (i) => Buffer.alloc(${16 * KIB}, '<' + i + '>');
      const kept = [];
      for (let round = 0; round < 4; round += 1) {
        const device = await openDevice(args[0]);
        const pool = new SlabPool(${64 * KIB}, 16);
        for (let record = 0; record < ${RECORDS}; ) {
          const outcomes = await Promise.all([1, 2, 3].map(() => device.readRecords(pool, ${16 * KIB}, 1e6, 1, 0).catch(() => ({}))));
          for (const { slab, lengths = [] } of outcomes) {
            if (slab === undefined) continue;
            const memory = pool.take(slab);
            // Kept for good, for a moment, given back, or let go.
            const fate = Math.random();
            if (fate < 0.3 && lengths.length > 0) kept.push({ memory, record, count: lengths.length });
            else if (fate < 0.5) pool.giveBack(memory);
            record += lengths.length;
          }
          if (Math.random() < 0.3) global.gc({ type: 'minor' });
          if (Math.random() < 0.3) await new Promise(setImmediate);
        }
        if (round % 2 === 0) pool.close();
        await device.close();
      }
      const wrong = kept.filter(({ memory, record, count }) => {
        for (let i = 0; i < count; i += 1) {
          if (!Buffer.from(memory, i * ${16 * KIB}, ${16 * KIB}).equals(expected(record + i))) return true;
        }
        return false;
      });
      const result = kept.length > 100 && wrong.length === 0 ? 'kept' : kept.length + ' kept, ' + wrong.length + ' wrong';`;
    const script = `
      ${keeping}
      const { Worker } = require('node:worker_threads');
      const source = ${JSON.stringify(prelude)} + ${JSON.stringify(`(async () => { const args = require('node:worker_threads').workerData; ${keeping}
        require('node:worker_threads').parentPort.postMessage(result); })();`)};
      const worker = new Worker(source, { eval: true, workerData: args });
      const inWorker = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
      console.log(result, inWorker);`;
    expect(await runChild(script, [path], ['--expose-gc'])).toEqual({ ...clean, stdout: 'kept kept\n' });
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
            while (pool.lent > 5) { kept.length = 0; global.gc({ type: 'minor' }); await new Promise(setImmediate); }
            const calls = [];
            while (calls.length < 3) {
              calls.push(device.readRecords(pool, 65536, 1e6, 1, 0, { checksum, quiet: true }));
            }
            for (const { slab } of await Promise.all(calls)) {
              const memory = pool.take(slab);
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
    expect(await runChild(script, [], ['--expose-gc'])).toEqual({ ...clean, stdout: 'survived\n' });
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
