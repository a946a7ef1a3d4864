import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes that the process has once its garbage is collected. */
export function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a finalizer of the first lets go of goes with the second.
  collect();
  collect();
  return process.memoryUsage.rss();
}
