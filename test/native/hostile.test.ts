import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FUZZ_RUNS, FUZZ_SEED } from '../virtual/fuzz/generator.js';
import { onLinux } from './addon.js';
import { runChild } from './child.js';

const MOST_GROWTH = 64 * 2 ** 20;

interface Outcome {
  readonly returned: number;
  readonly threw: number;
  readonly resolved: number;
  readonly rejected: number;
  readonly grown: number;
  readonly strange: readonly string[];
  readonly entries: readonly string[];
}

/** Calls the addon in a process of its own; rejects when that crashes or hangs. */
function callHostilely(runs: number, seed: number): Promise<Outcome> {
  const script = join(import.meta.dirname, 'hostile-calls.mjs');
  const child = spawn(process.execPath, ['--expose-gc', script, String(runs), String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 300_000 + runs,
    killSignal: 'SIGKILL',
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(text));
      else reject(new Error(`the child ended with ${signal ?? code}`));
    });
  });
}

describe.runIf(onLinux)('hostile callers of the addon', () => {
  it('neither crash it, nor hang it, nor make it grow', { timeout: 3_600_000 }, async () => {
    const runs = Math.max(FUZZ_RUNS, 50_000);
    const { returned, threw, resolved, rejected, grown, strange, entries } = await callHostilely(runs, FUZZ_SEED);
    expect(returned + threw).toBe(runs);
    // Each of them is seen, or nothing much was tried.
    expect(Math.min(returned, threw, resolved, rejected)).toBeGreaterThan(runs / 100);
    expect(strange).toEqual([]);
    expect(entries).toEqual(expect.arrayContaining(['Crc32.value', 'SlabPool.lent', 'Device.scsi', 'lockFile']));
    expect(grown).toBeLessThan(MOST_GROWTH);
  });

  it('get a TypeError from every entry for an object of another class', async () => {
    const { stdout, signal } = await runChild(`
      const { ExtractionRoot } = require('node-gyp-build')(process.cwd());
      const classes = { Crc32, Device, ExtractionRoot, SlabPool };
      const instances = {
        Crc32: new Crc32(),
        Device: new Device('/dev/null'),
        ExtractionRoot: new ExtractionRoot('.'),
        SlabPool: new SlabPool(4096, 1),
      };
      const names = [];
      for (const [name, { prototype }] of Object.entries(classes)) {
        for (const [member, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
          if (member === 'constructor') continue;
          for (const [other, receiver] of [...Object.entries(instances), ['null', null], ['prototype', prototype]]) {
            if (other === name) continue;
            try {
              Reflect.apply(value ?? get, receiver, []);
              names.push(name + '.' + member + ' of ' + other);
            } catch (error) {
              if (!(error instanceof TypeError)) names.push(name + '.' + member + ' of ' + other + ': ' + error);
            }
          }
        }
      }
      await instances.Device.close();
      console.log(JSON.stringify(names));
    `);
    expect(signal).toBeNull();
    expect(JSON.parse(stdout)).toEqual([]);
  });

  it('get an error for an array that claims four thousand million pieces', async () => {
    const { stdout, code } = await runChild(`
      const device = await openDevice('/dev/null');
      const all = new Array(2 ** 32 - 1);
      const piece = slab(512);
      Object.setPrototypeOf(all, new Proxy(Array.prototype, { get: () => piece }));
      for (const memory of [new Array(2 ** 32 - 1), all]) {
        try {
          device.writeRecords(memory, 512, 1, 0);
        } catch (error) {
          console.log(error.name);
        }
      }
      await device.close();
    `);
    expect(stdout).toBe('RangeError\nRangeError\n');
    expect(code).toBe(0);
  });
});
