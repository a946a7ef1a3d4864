import { crc32 } from 'node:zlib';
import type { Crc32, SlabPool } from '../../../binding.js';
import { crc32c } from '../../scsi/protection/crc32c.js';

/**
 * `SlabPool` of binding.d.ts without the addon. It never runs out; slabs that are not returned are garbage collected.
 */
export class PortableSlabPool implements SlabPool {
  readonly available: number;
  readonly #slabBytes: number;
  #closed = false;
  #idle: ArrayBuffer[] = [];
  readonly #out = new WeakSet<ArrayBuffer>();

  constructor(slabBytes: number, count: number) {
    this.#slabBytes = slabBytes;
    this.available = count;
  }

  take(): ArrayBuffer {
    const memory = this.#idle.pop() ?? new ArrayBuffer(this.#slabBytes);
    this.#out.add(memory);
    return memory;
  }

  giveBack(memory: ArrayBuffer): void {
    if (this.#closed) return;
    if (!this.#out.delete(memory)) throw new RangeError('memory must be what the pool has handed out');
    this.#idle.push(memory);
  }

  close(): void {
    this.#closed = true;
    this.#idle = [];
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
