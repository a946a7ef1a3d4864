import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { addonSearch, loadAddon } from '../../src/addon/load-addon.js';
import { copies, KIB, onLinux, slab } from './addon.js';

/** Makes a slab with a 7 in it, tells its address and keeps it until it hears something. */
const MAKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const addon = require(workerData);
  const view = new Uint8Array(addon.allocateSlab(8192)).fill(7);
  parentPort.once('message', () => view.fill(9));
  parentPort.postMessage(addon.addressOfSlab(view));
`;

describe.runIf(onLinux)('addressOfSlab and slabAt', () => {
  it.skipIf(copies)('let two threads see the same memory, which outlives the thread that made it', async () => {
    const thread = new Worker(MAKER, { eval: true, workerData: addonSearch().file });
    const address = await new Promise<number>((resolve) => thread.once('message', resolve));
    const view = new Uint8Array(loadAddon().slabAt(address));
    expect(view).toEqual(new Uint8Array(8192).fill(7));
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    thread.postMessage('end');
    await ended;
    expect(view).toEqual(new Uint8Array(8192).fill(9));
    expect(loadAddon().addressOfSlab(view)).toBe(address);
  });

  it('know no other memory', () => {
    const { addressOfSlab, slabAt } = loadAddon();
    const own = addressOfSlab(slab(8 * KIB));
    // A copy is memory of the run-time's own, which only one thread has: it is passed on, not named.
    if (copies) expect(own).toBe(0);
    expect(addressOfSlab(new Uint8Array(8 * KIB))).toBe(0);
    for (const address of [1, own + 512]) expect(() => slabAt(address)).toThrow(RangeError);
    for (const address of [0, -1, 0.5, 2 ** 53]) expect(() => slabAt(address)).toThrow(RangeError);
  });
});
