import type { WrapEnd } from './end-of-wrap.js';

// Where on the tape a logical object is recorded. Wraps are recorded in alternating directions: even wraps run away from
// the beginning of the tape, odd wraps towards it.

/** A place on the tape. */
export interface TapePlace {
  readonly wrap: number;
  /** 0 at the beginning of the tape, 1 at its end. */
  readonly along: number;
}

interface Wrap {
  readonly wrap: number;
  readonly first: number;
  /** The object after the last one that fits. */
  readonly end: number;
}

/** Locates logical objects by the ends of wraps; assumes that all objects of a wrap have the same size. */
export class WrapMap {
  readonly #partitions = new Map<number, Wrap[]>();

  constructor(ends: readonly WrapEnd[]) {
    for (const partition of new Set(ends.map((end) => end.partition))) {
      const own = ends.filter((end) => end.partition === partition).sort((one, other) => one.wrap - other.wrap);
      this.#partitions.set(partition, wrapsOf(own));
    }
  }

  /** Undefined in a partition without wraps. */
  placeOf(partition: number, logicalObject: number): TapePlace | undefined {
    const wraps = this.#partitions.get(partition);
    const found = wraps && holderOf(wraps, logicalObject);
    if (found === undefined) return undefined;
    const { wrap, first, end } = found;
    const part = Math.min(1, Math.max(0, (logicalObject - first) / Math.max(1, end - first)));
    return { wrap, along: runsForward(wrap) ? part : 1 - part };
  }
}

/** The first wrap that ends behind an object, or the last one; found by halves, since ends only grow. */
function holderOf(wraps: readonly Wrap[], logicalObject: number): Wrap | undefined {
  let [low, high] = [0, wraps.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (logicalObject < (wraps[middle]?.end ?? 0)) high = middle;
    else low = middle + 1;
  }
  return wraps[low];
}

/** Whether a wrap is recorded from the beginning of the tape to its end. */
export function runsForward(wrap: number): boolean {
  return wrap % 2 === 0;
}

/** The last end is the end of data: assumes that a full wrap would hold as many objects as the others on average. */
function wrapsOf(ends: readonly WrapEnd[]): Wrap[] {
  const full = ends.slice(0, -1);
  const average = full.length === 0 ? 0 : Math.ceil((full.at(-1)?.logicalObject ?? 0) / full.length);
  return ends.map(({ wrap, logicalObject }, at) => {
    const first = at === 0 ? 0 : (ends[at - 1]?.logicalObject ?? 0);
    const isLast = at === ends.length - 1;
    return { wrap, first, end: isLast ? Math.max(logicalObject, first + average) : logicalObject };
  });
}
