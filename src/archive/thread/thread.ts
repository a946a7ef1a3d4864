import { type MessagePort, parentPort, type Worker } from 'node:worker_threads';
import type { AddonSearch } from '../../addon/find-addon.js';
import { addonSearch, useAddonSearch } from '../../addon/load-addon.js';
import { type ThreadScript, takeThread } from './waiting-thread.js';

/** What a thread is started with. */
interface ThreadData<T> {
  readonly data: T;
  readonly addon: AddonSearch;
}

/** The thread that waits for it, or a new one; `youngMib` as in `prepareThread`. */
export function startThread<T>(script: ThreadScript, data: T, youngMib: number): Worker {
  const thread = takeThread(script, youngMib);
  const threadData: ThreadData<T> = { data, addon: addonSearch() };
  thread.ref();
  thread.postMessage(threadData);
  return thread;
}

/** In a thread that `startThread` has started: calls its work. */
export function runThread<T>(work: (port: MessagePort, data: T) => void): void {
  const port = parentPort;
  port?.once('message', ({ data, addon }: ThreadData<T>) => {
    useAddonSearch(addon);
    work(port, data);
  });
}
