import { describe, expect, it } from 'vitest';
import { makeFifo, onLinux } from './addon.js';
import { prelude, runChild } from './child.js';

const clean = { code: 0, signal: null, stderr: '' };

describe.runIf(onLinux)('lifetime of a process', () => {
  it('is not prolonged by an open device without work', async () => {
    expect(await runChild(`globalThis.device = await openDevice('/dev/null'); console.log('open');`)).toEqual({
      ...clean,
      stdout: 'open\n',
    });
  });

  it('is prolonged by a pending call', async () => {
    const script = `
      const device = await openDevice(args[0]);
      setTimeout(() => fs.writeSync(fs.openSync(args[0], fs.constants.O_RDWR), 'x'), 100).unref();
      console.log((await device.readRecords(slab(4096), 512, 1, 1, 0)).stop);`;
    expect(await runChild(script, [makeFifo()])).toEqual({ ...clean, stdout: 'full\n' });
  });

  it.each([
    ['before open', `new Device(args[0]); process.exit(0);`],
    ['while opening', `new Device(args[0]).open(2); process.exit(0);`],
    ['with an open device', `await openDevice(args[0]); process.exit(0);`],
    ['with a read that hangs', `(await openDevice(args[0])).readRecords(slab(4096), 512, 1, 1, 0); process.exit(0);`],
    [
      'with a read that hangs, a little later',
      `(await openDevice(args[0])).readRecords(slab(4096), 512, 1, 1, 0); setTimeout(() => process.exit(0), 100);`,
    ],
    [
      'with a full queue behind a write that hangs',
      `const device = await openDevice(args[0]); const memory = slab(1 << 20);
       for (let i = 0; i < 20; i += 1) device.writeRecords(memory, 4096, 1, i);
       setImmediate(() => process.exit(0));`,
    ],
    [
      'while a completion waits to be seen',
      `const device = await openDevice('/dev/null'); const memory = slab(4096);
       await device.writeRecords(memory, 4096, 1, 0);
       device.writeRecords(memory, 4096, 1, 0); device.close();
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
       process.exit(0);`,
    ],
    ['while closing', `const device = await openDevice(args[0]); device.close(); process.exit(0);`],
    ['after closing', `const device = await openDevice(args[0]); await device.close(); process.exit(0);`],
    [
      'by an exception that nobody catches',
      `process.once('uncaughtException', () => process.exit(0));
       (await openDevice(args[0])).readRecords(slab(4096), 512, 1, 1, 0); setImmediate(() => { throw new Error('x'); });`,
    ],
  ])('may end %s', async (_stage, script) => {
    expect(await runChild(script, [makeFifo()])).toEqual({ ...clean, stdout: '' });
  });
});

describe.runIf(onLinux)('garbage collection', () => {
  const openDescriptors = `const openDescriptors = () => fs.readdirSync('/proc/self/fd').filter((fd) => {
    try { return fs.readlinkSync('/proc/self/fd/' + fd) === args[0]; } catch { return false; } }).length;
    const turn = () => new Promise((resolve) => setTimeout(resolve, 10));`;

  it('closes a device that was forgotten', async () => {
    const script = `${openDescriptors}
      await (async () => { for (let i = 0; i < 5; i += 1) await openDevice(args[0]); })();
      console.log(openDescriptors());
      while (openDescriptors() > 0) { global.gc(); await turn(); }
      console.log(openDescriptors());`;
    expect(await runChild(script, [makeFifo()], ['--expose-gc'])).toEqual({ ...clean, stdout: '5\n0\n' });
  });

  it('does not take a device or a slab away from a call that runs', async () => {
    const script = `${openDescriptors}
      const read = await (async () => {
        const device = await openDevice(args[0]);
        return { done: device.readRecords(slab(4096), 512, 1, 1, 0) };
      })();
      for (let i = 0; i < 10; i += 1) { global.gc(); await turn(); }
      console.log(openDescriptors());
      const other = fs.openSync(args[0], 2);
      fs.writeSync(other, 'x');
      fs.closeSync(other);
      console.log((await read.done).lengths);
      while (openDescriptors() > 0) { global.gc(); await turn(); }`;
    expect(await runChild(script, [makeFifo()], ['--expose-gc'])).toEqual({ ...clean, stdout: '1\n[ 1 ]\n' });
  });

  it('frees slabs', async () => {
    const script = `
      const rss = () => Number(/VmRSS:\\s+(\\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
      const before = rss();
      for (let i = 0; i < 64; i += 1) { slab(16 << 20).fill(1); global.gc(); await new Promise(setImmediate); }
      console.log(rss() - before < 256 << 20);`;
    expect(await runChild(script, [], ['--expose-gc'])).toEqual({ ...clean, stdout: 'true\n' });
  });
});

describe.runIf(onLinux)('worker_threads', () => {
  it('survives workers that are terminated in mid-write', async () => {
    const script = `
      const { Worker } = require('node:worker_threads');
      const source = ${JSON.stringify(prelude)} + \`
        const { parentPort, workerData } = require('node:worker_threads');
        (async () => {
          const device = await openDevice(workerData);
          const memory = slab(1 << 20);
          for (let i = 0; i < 8; i += 1) device.writeRecords(memory, 65536, 1, 0).catch(() => undefined);
          parentPort.postMessage('writing');
        })();\`;
      const drain = Buffer.alloc(1 << 16);
      for (let round = 0; round < 30; round += 1) {
        const worker = new Worker(source, { eval: true, workerData: round % 2 ? args[0] : '/dev/null' });
        await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
        const other = fs.openSync(args[0], fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
        if (round % 4 === 1) await new Promise((resolve) => setTimeout(resolve, 5));
        const ended = worker.terminate();
        // A slow reader: the write goes on while the environment is taken down.
        for (let i = 0; i < round; i += 1) { try { fs.readSync(other, drain); } catch {} }
        await ended;
        fs.closeSync(other);
      }
      console.log('survived');
      process.exit(0);`;
    expect(await runChild(script, [makeFifo()])).toEqual({ ...clean, stdout: 'survived\n' });
  });

  it('survives workers that end while a completion waits to be seen', async () => {
    const script = `
      const { Worker } = require('node:worker_threads');
      const source = ${JSON.stringify(prelude)} + \`
        (async () => {
          const device = await openDevice('/dev/null');
          const memory = slab(4096);
          for (let i = 0; i < require('node:worker_threads').workerData; i += 1) await device.writeRecords(memory, 4096, 1, 0);
          device.writeRecords(memory, 4096, 1, 0);
          device.close();
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
          process.exit(3);
        })();\`;
      const codes = [];
      for (const workerData of [0, 1, 2, 3]) {
        const worker = new Worker(source, { eval: true, workerData });
        codes.push(await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject)));
      }
      console.log(codes.join());`;
    expect(await runChild(script)).toEqual({ ...clean, stdout: '3,3,3,3\n' });
  });

  it('lets workers use devices of their own', async () => {
    const script = `
      const { Worker } = require('node:worker_threads');
      const source = ${JSON.stringify(prelude)} + \`
        (async () => {
          const device = await openDevice('/dev/null');
          const outcome = await device.writeRecords(slab(65536), 4096, 1, 0);
          await device.close();
          require('node:worker_threads').parentPort.postMessage(outcome.records);
        })();\`;
      const results = await Promise.all(Array.from({ length: 4 }, () => new Promise((resolve, reject) =>
        new Worker(source, { eval: true }).once('message', resolve).once('error', reject))));
      console.log(results.join());`;
    expect(await runChild(script)).toEqual({ ...clean, stdout: '16,16,16,16\n' });
  });
});
