import type { Transport } from '../../../transport/transport.js';
import { Allocation } from './allocation.js';

/** Page-aligned memory that users have allocated, from which the drive is written without a copy. */
export class DriveMemory {
  readonly #transport: Transport;
  readonly #allocated = new WeakMap<ArrayBufferLike, Allocation>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  allocate(byteLength: number): Uint8Array {
    const memory = this.#transport.allocate(byteLength);
    this.#allocated.set(memory.buffer, new Allocation());
    return memory;
  }

  /** Whether memory came from `allocate`. */
  owns(memory: Uint8Array): boolean {
    return this.#allocated.has(memory.buffer);
  }

  /** Notes that a stream needs memory of `allocate` until it calls what is returned; `onWanted` when that is awaited. */
  hold(memory: Uint8Array, onWanted: () => void): () => void {
    return this.#allocated.get(memory.buffer)?.hold(onWanted) ?? (() => undefined);
  }

  /** Resolves when no stream needs memory of `allocate` any more. */
  async released(memory: Uint8Array): Promise<void> {
    await this.#allocated.get(memory.buffer)?.released();
  }
}
