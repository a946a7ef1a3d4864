import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8's own function, by `--expose-gc`. */
type Collect = (options: { readonly type: 'minor' }) => void;

/** Another thread may clear the flag, which is of the whole process, before this one has taken the function. */
let tries = 3;
let collect: Collect | undefined;

/**
 * Has V8 collect its young objects, which takes a fraction of a millisecond; does nothing where V8 does not let it be
 * asked. V8 does so by itself once they hold 32 MiB of outside memory; and if outside memory grows by 16 MiB or so between
 * collections of the whole heap, it begins one of those, which the next 16 MiB begin again.
 */
export function collectYoungGarbage(): void {
  if (collect === undefined && tries > 0) {
    tries -= 1;
    collect = exposed() ?? exposedForNow();
  }
  collect?.({ type: 'minor' });
}

/** V8 puts the function into contexts that are made while the flag is set. */
function exposed(): Collect | undefined {
  const found: unknown = runInNewContext('globalThis.gc');
  return typeof found === 'function' ? (found as Collect) : undefined;
}

function exposedForNow(): Collect | undefined {
  setFlagsFromString('--expose-gc');
  try {
    return exposed();
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
