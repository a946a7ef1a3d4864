import { readFile } from 'node:fs/promises';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import ts from 'typescript';
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

  // Threads share V8's flags: one may clear the flag before another has taken the function.
  it('throws in no thread of those that begin at the same moment', async () => {
    const url = `data:text/javascript,${encodeURIComponent(await compiled(MODULE))}`;
    for (let round = 0; round < 5; round += 1) {
      const ready = new Int32Array(new SharedArrayBuffer(4));
      const threads = Array.from({ length: 6 }, () =>
        endOf(new Worker(THREAD, { eval: true, workerData: { url, ready } })),
      );
      expect(await Promise.all(threads)).toEqual(threads.map(() => 'ended'));
    }
  });
});

const MODULE = new URL('../../src/tape/stream/memory/young-garbage.ts', import.meta.url);

/** All wait until the last is there. */
const THREAD = `
  const { workerData: { url, ready }, parentPort } = require('node:worker_threads');
  import(url).then(({ collectYoungGarbage }) => {
    Atomics.add(ready, 0, 1);
    while (Atomics.load(ready, 0) < 6);
    for (let time = 0; time < 20; time += 1) collectYoungGarbage();
    parentPort.postMessage('ended');
  });
`;

async function compiled(module: URL): Promise<string> {
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(await readFile(module, 'utf8'), { compilerOptions: options }).outputText;
}

function endOf(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
}
