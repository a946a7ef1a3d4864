import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { collectYoungGarbage } from '../../src/tape/stream/memory/young-garbage.js';

/** As Node.js gives them; its types leave the detail out. */
type GarbageEntry = { readonly detail: { readonly kind: number } };

describe('collectYoungGarbage', () => {
  it('has V8 collect its young objects, and not its whole heap', async () => {
    const kinds: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as GarbageEntry[]) kinds.push(entry.detail.kind);
    });
    observer.observe({ entryTypes: ['gc'] });
    for (let time = 0; time < 20; time += 1) collectYoungGarbage();
    for (let time = 0; time < 100 && kinds.length < 20; time += 1) await turn();
    observer.disconnect();
    const minor = kinds.filter((kind) => kind === constants.NODE_PERFORMANCE_GC_MINOR);
    expect(minor.length).toBeGreaterThanOrEqual(20);
    expect(kinds.length - minor.length).toBeLessThanOrEqual(5);
  });

  it('leaves no gc behind in the application', async () => {
    collectYoungGarbage();
    const hadOne = 'gc' in globalThis;
    const worker = new Worker(`require('node:worker_threads').parentPort.postMessage('gc' in globalThis)`, {
      eval: true,
    });
    const hasOne = await new Promise((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
    });
    expect(hasOne).toBe(hadOne);
  });
});
