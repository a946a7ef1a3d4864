import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8's own function, by `--expose-gc`. */
type Collect = (options: { readonly type: 'minor' }) => void;

let collect: Collect | undefined;

/**
 * Has V8 collect its young objects, which takes a fraction of a millisecond. V8 does so by itself once they hold 32 MiB of
 * outside memory; and if outside memory grows by 16 MiB or so between collections of the whole heap, it begins one of
 * those, which the next 16 MiB begin again.
 */
export function collectYoungGarbage(): void {
  collect ??= exposedCollection();
  collect({ type: 'minor' });
}

/** V8 puts the function into contexts that are made while the flag is set. */
function exposedCollection(): Collect {
  setFlagsFromString('--expose-gc');
  try {
    const exposed: unknown = runInNewContext('gc');
    return typeof exposed === 'function' ? (exposed as Collect) : () => {};
  } finally {
    // Where the application has asked for the flag, it stays.
    if (!('gc' in globalThis)) setFlagsFromString('--no-expose-gc');
  }
}
