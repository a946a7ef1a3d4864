/** Most bytes that are kept for the next stream of a drive. */
const SPARE_BYTES = 8 * 1024 * 1024;

/** Where a stream gets its slabs, and where they go when it has ended. */
export interface SlabSource {
  take(byteLength: number): Uint8Array;
  give(slab: Uint8Array): void;
}

/**
 * Slabs of streams that have ended, for the next stream of the drive. To make a slab costs more than to write a file of a
 * few KiB: the kernel clears its memory, and V8 collects garbage for the size of the old ones.
 */
export class SpareSlabs implements SlabSource {
  readonly #allocate: (byteLength: number) => Uint8Array;
  #spare: Uint8Array[] = [];
  #bytes = 0;

  constructor(allocate: (byteLength: number) => Uint8Array) {
    this.#allocate = allocate;
  }

  take(byteLength: number): Uint8Array {
    const at = this.#spare.findLastIndex((slab) => slab.length === byteLength);
    const [slab] = at < 0 ? [] : this.#spare.splice(at, 1);
    if (slab === undefined) return this.#allocate(byteLength);
    this.#bytes -= byteLength;
    return slab;
  }

  /** Nobody uses the slab any more. The ones kept longest make room. */
  give(slab: Uint8Array): void {
    if (slab.length > SPARE_BYTES) return;
    this.#spare.push(slab);
    this.#bytes += slab.length;
    while (this.#bytes > SPARE_BYTES) this.#bytes -= this.#spare.shift()?.length ?? 0;
  }
}
