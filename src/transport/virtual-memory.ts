import { crc32 } from 'node:zlib';
import type { Crc32, SlabPool } from '../../binding.js';

/** What `Transport.createPool` gives where no addon is: fresh memory for each read, which the garbage collector frees. */
export class FreshMemory implements SlabPool {
  readonly slabBytes: number;
  readonly available: number;

  constructor(slabBytes: number, count: number) {
    this.slabBytes = slabBytes;
    this.available = count;
  }

  close(): void {}
}

/** `Crc32` of binding.d.ts where no addon is. */
export class PortableCrc32 implements Crc32 {
  value = 0;

  update(data: Uint8Array): void {
    this.value = crc32(data, this.value);
  }
}
