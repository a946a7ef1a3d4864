import type { WrapEnd } from './end-of-wrap.js';

// Where on the tape a logical object lies. A tape is recorded in wraps from one end to the other and back: even wraps run
// away from the beginning of the tape, odd ones towards it.

/** A place on the tape. */
export interface TapePlace {
  readonly wrap: number;
  /** 0 at the beginning of the tape, 1 at its end. */
  readonly along: number;
}

interface Wrap {
  readonly wrap: number;
  readonly first: number;
  /** The object after the last one that would fit. */
  readonly end: number;
}

/** Finds the place of logical objects by the ends of wraps; objects of a wrap are taken to be of one size. */
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
    const found = wraps?.find(({ end }) => logicalObject < end) ?? wraps?.at(-1);
    if (found === undefined) return undefined;
    const { wrap, first, end } = found;
    const part = Math.min(1, Math.max(0, (logicalObject - first) / Math.max(1, end - first)));
    return { wrap, along: runsForward(wrap) ? part : 1 - part };
  }
}

/** Whether a wrap is recorded from the beginning of the tape to its end. */
export function runsForward(wrap: number): boolean {
  return wrap % 2 === 0;
}

/** The last end is that of the data: the wrap is taken to hold as many objects as the others on average. */
function wrapsOf(ends: readonly WrapEnd[]): Wrap[] {
  const full = ends.slice(0, -1);
  const average = full.length === 0 ? 0 : Math.ceil((full.at(-1)?.logicalObject ?? 0) / full.length);
  return ends.map(({ wrap, logicalObject }, at) => {
    const first = at === 0 ? 0 : (ends[at - 1]?.logicalObject ?? 0);
    const isLast = at === ends.length - 1;
    return { wrap, first, end: isLast ? Math.max(logicalObject, first + average) : logicalObject };
  });
}
