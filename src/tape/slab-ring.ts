/**
 * A fixed number of equal pieces of page-aligned memory, which bounds what a stream holds whatever its source or sink
 * does.
 */
export class SlabRing {
  readonly slabBytes: number;
  readonly #free: Uint8Array[];
  #waiting: ((slab: Uint8Array) => void) | undefined;

  constructor(allocate: (byteLength: number) => Uint8Array, slabBytes: number, depth: number) {
    this.slabBytes = slabBytes;
    this.#free = Array.from({ length: depth }, () => allocate(slabBytes));
  }

  /** A free slab, if there is one. */
  take(): Uint8Array | undefined {
    return this.#free.pop();
  }

  /** A free slab, as soon as there is one. One caller at a time. */
  next(): Promise<Uint8Array> | Uint8Array {
    return this.#free.pop() ?? new Promise((resolve) => (this.#waiting = resolve));
  }

  release(slab: Uint8Array): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(slab);
    else this.#free.push(slab);
  }
}
