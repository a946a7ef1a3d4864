import { type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads';
import type { AddonSearch } from '../../addon/find-addon.js';
import { addonSearch, useAddonSearch } from '../../addon/load-addon.js';

/** What a thread runs: a file, or its text. */
export interface ThreadScript {
  readonly code: string | URL;
  readonly isText: boolean;
}

/** What a thread is started with. */
interface ThreadData<T> {
  readonly data: T;
  readonly addon: AddonSearch;
}

/** `youngMib`: room for what is garbage at once; more would only be memory that is touched in turn. */
export function startThread<T>({ code, isText }: ThreadScript, data: T, youngMib: number): Worker {
  const threadData: ThreadData<T> = { data, addon: addonSearch() };
  return new Worker(code, {
    eval: isText,
    workerData: threadData,
    // Options of the program's own start, such as --input-type, are not for this script.
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: youngMib },
  });
}

/** In a thread that `startThread` has started: calls its work. */
export function runThread<T>(work: (port: MessagePort, data: T) => void): void {
  if (parentPort === null) return;
  const { data, addon } = workerData as ThreadData<T>;
  useAddonSearch(addon);
  work(parentPort, data);
}
