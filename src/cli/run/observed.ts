import { ObservedDrives } from '../../provider/observe/observed-drives.js';
import type { CommonOptions } from './action.js';
import { closedAfter } from './closing.js';

export interface ObservedOptions extends CommonOptions {
  /** All drives of the machine if none is named. */
  readonly device?: readonly string[] | undefined;
}

/** Runs `work` with the drives that the options or LTO_DEVICE name, or all of the machine, for looking at. */
export async function withObserved<T>(
  { device }: ObservedOptions,
  work: (drives: ObservedDrives) => Promise<T>,
): Promise<T> {
  const drives = new ObservedDrives(device ?? namedByEnvironment());
  return closedAfter(work(drives), () => drives.close());
}

function namedByEnvironment(): readonly string[] | undefined {
  const { LTO_DEVICE: device } = process.env;
  return device ? [device] : undefined;
}
