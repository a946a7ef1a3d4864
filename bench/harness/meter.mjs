// What a piece of work took: time, CPU of the whole process and of the children it waited for, memory, garbage.
import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';

/** How often the event loop is looked at, milliseconds: its delay is what comes on top. */
const RESOLUTION = 1;
/** Milliseconds in which it is looked at once: it counts from one look to the next. */
const ONE_LOOK = 5 * RESOLUTION;
/** One allocation in so many bytes is sampled. */
const SAMPLING_BYTES = 16 * 1024;
/** Clock ticks of /proc, which Linux fixes for programs. */
const TICKS_PER_SECOND = 100;

/**
 * @typedef {object} Usage
 * @property {number} seconds wall clock
 * @property {number} cpuSeconds user and system, all threads, children that were waited for included
 * @property {number} baseRss MiB of resident memory when it began
 * @property {number} peakRss highest MiB of resident memory of the process so far
 * @property {number} collections garbage collections
 * @property {number} collectionSeconds
 * @property {number} [allocatedMiB] estimate, where asked for: it slows the work down
 * @property {{ p50: number, p99: number, max: number }} [loopDelay] milliseconds, where asked for
 */

export class Meter {
  /** @type {Usage | undefined} */
  usage;
  #options;

  constructor({ allocations = false, loopDelay = false } = {}) {
    this.#options = { allocations, loopDelay };
  }

  /** Measures `work`; resolves with what it resolves with. */
  async window(work) {
    const collecting = observeCollections();
    const sampling = this.#options.allocations ? await sampleAllocations() : undefined;
    const loop = this.#options.loopDelay ? monitorEventLoopDelay({ resolution: RESOLUTION }) : undefined;
    loop?.enable();
    if (loop) await pause(ONE_LOOK);
    const baseRss = process.memoryUsage.rss() / 2 ** 20;
    const children = childrenSeconds();
    const cpu = process.cpuUsage();
    const begun = performance.now();
    const result = await work();
    const seconds = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    if (loop) await pause(ONE_LOOK);
    loop?.disable();
    this.usage = {
      seconds,
      cpuSeconds: (user + system) / 1e6 + childrenSeconds() - children,
      baseRss,
      peakRss: peakRss(),
      ...(await collecting()),
      ...(sampling && { allocatedMiB: await sampling() }),
      ...(loop && { loopDelay: delayOf(loop) }),
    };
    return result;
  }

  /** For work that another process did. */
  set(usage) {
    this.usage = { baseRss: 0, collections: 0, collectionSeconds: 0, ...usage };
  }
}

/** MiB. Of this program alone: maxRSS begins with what the process that started it had in memory then. */
function peakRss() {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(kilobytes) / 1024;
}

function delayOf(loop) {
  const beyond = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
  return { p50: beyond(loop.percentile(50)), p99: beyond(loop.percentile(99)), max: beyond(loop.max) };
}

function observeCollections() {
  let collections = 0;
  let milliseconds = 0;
  const note = (list) => {
    for (const { duration } of list.getEntries()) {
      collections += 1;
      milliseconds += duration;
    }
  };
  const observer = new PerformanceObserver(note);
  observer.observe({ entryTypes: ['gc'] });
  return async () => {
    // Entries are handed out a turn of the event loop later.
    await turn();
    await turn();
    observer.disconnect();
    return { collections, collectionSeconds: milliseconds / 1000 };
  };
}

/** By V8's sampling profiler, what was collected meanwhile included. */
async function sampleAllocations() {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLING_BYTES,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  return async () => {
    const { profile } = await session.post('HeapProfiler.stopSampling');
    session.disconnect();
    return sizeOf(profile.head) / 2 ** 20;
  };
}

function sizeOf({ selfSize, children }) {
  return children.reduce((sum, child) => sum + sizeOf(child), selfSize);
}

/** CPU of the children that ended and were waited for (proc(5): cutime and cstime). */
function childrenSeconds() {
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}
