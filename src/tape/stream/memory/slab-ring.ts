/** How memory of a stream is cut up. */
export interface SlabPlan {
  readonly slabBytes: number;
  readonly count: number;
}

const MIB = 1024 * 1024;
/** A call to the addon and a wake-up of the event loop cost more than a record: each slab is one call. */
const LARGEST_SLAB = 4 * MIB;
/** The fewer slabs, the more of the memory waits for the slowest of them. */
const FEWEST_SLABS = 8;

/**
 * Cuts `bufferBytes` into slabs of whole units, which are a record or more: an eighth of the memory each, at most
 * 4 MiB where a unit is not larger.
 */
export function planSlabs(bufferBytes: number, unit: number): SlabPlan {
  const wanted = Math.min(LARGEST_SLAB, bufferBytes / FEWEST_SLABS);
  const slabBytes = Math.max(1, Math.floor(wanted / unit)) * unit;
  return { slabBytes, count: Math.max(2, Math.floor(bufferBytes / slabBytes)) };
}

/**
 * A fixed number of equal pieces of page-aligned memory, which bounds what a stream holds whatever its source does. Each
 * is made when it is first needed; the one that came back last is used first.
 */
export class SlabRing {
  readonly slabBytes: number;
  readonly #allocate: (byteLength: number) => Uint8Array;
  readonly #free: Uint8Array[] = [];
  #unmade: number;

  constructor(allocate: (byteLength: number) => Uint8Array, { slabBytes, count }: SlabPlan) {
    this.slabBytes = slabBytes;
    this.#allocate = allocate;
    this.#unmade = count;
  }

  /** A free slab, if there is one. */
  take(): Uint8Array | undefined {
    const free = this.#free.pop();
    if (free !== undefined || this.#unmade === 0) return free;
    this.#unmade -= 1;
    return this.#allocate(this.slabBytes);
  }

  release(slab: Uint8Array): void {
    this.#free.push(slab);
  }
}
