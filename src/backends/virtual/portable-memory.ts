import { crc32 } from 'node:zlib';
import type { Crc32, SlabPool } from '../../../binding.js';
import { crc32c } from '../../scsi/protection/crc32c.js';

/** The smallest ArrayBuffer whose memory is outside V8's heap: V8 looks at how much that is when it makes one. */
const SMALLEST_EXTERNAL = 128;

/** `SlabPool` of binding.d.ts without the addon. Slabs that are not given back are garbage collected. */
export class PortableSlabPool implements SlabPool {
  readonly lent = 0;
  readonly #slabBytes: number;
  #closed = false;
  #idle: ArrayBuffer[] = [];
  readonly #filled = new Map<number, ArrayBuffer>();
  #lastSlab = 0;
  readonly #out = new WeakSet<ArrayBuffer>();

  constructor(slabBytes: number) {
    this.#slabBytes = slabBytes;
  }

  /** A slab to be read into, and its number. */
  fill(): { memory: ArrayBuffer; slab: number } {
    const memory = this.#idle.pop() ?? new ArrayBuffer(this.#slabBytes);
    this.#lastSlab += 1;
    this.#filled.set(this.#lastSlab, memory);
    return { memory, slab: this.#lastSlab };
  }

  take(slab: number): ArrayBuffer {
    const memory = this.#filled.get(slab);
    if (memory === undefined)
      throw new RangeError('slab must be one that a call has read into, and that was not taken');
    this.#filled.delete(slab);
    this.#out.add(memory);
    return memory;
  }

  giveBack(memory: ArrayBuffer): void {
    if (this.#closed) return;
    if (!this.#out.delete(memory)) throw new RangeError('memory must be what the pool has handed out');
    this.#idle.push(memory);
  }

  collect(): void {
    new ArrayBuffer(SMALLEST_EXTERNAL);
  }

  close(): void {
    this.#closed = true;
    this.#idle = [];
    this.#filled.clear();
  }
}

/** `Crc32` of binding.d.ts without the addon. */
export class PortableCrc32 implements Crc32 {
  value = 0;
  readonly #next: (data: Uint8Array, before: number) => number;

  constructor(algorithm: 'crc32' | 'crc32c' = 'crc32') {
    this.#next = algorithm === 'crc32' ? crc32 : crc32c;
  }

  update(data: Uint8Array): void {
    this.value = this.#next(data, this.value);
  }
}
