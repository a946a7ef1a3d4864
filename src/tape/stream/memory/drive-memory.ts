import { InvalidArgumentError } from '../../../errors/index.js';
import { described } from '../../../streams/bytes.js';
import type { Transport } from '../../../transport/transport.js';
import { Allocation } from './allocation.js';
import { SpareSlabs } from './spare-slabs.js';

/** Page-aligned memory allocated by users, which is written to the drive without a copy. */
export class DriveMemory {
  readonly #transport: Transport;
  /** For the streams' own copies of what is written. */
  readonly slabs: SpareSlabs;
  readonly #allocated = new WeakMap<ArrayBufferLike, Allocation>();

  constructor(transport: Transport) {
    this.#transport = transport;
    this.slabs = new SpareSlabs((byteLength) => transport.allocate(byteLength));
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

  /**
   * Marks memory of `allocate` as used by a stream until the returned function is called; `onWanted` is called when it
   * is wanted back.
   */
  hold(memory: Uint8Array, onWanted: () => void): () => void {
    return this.#allocated.get(memory.buffer)?.hold(onWanted) ?? (() => undefined);
  }

  /** Resolves when no stream uses memory of `allocate` any more. Rejects with InvalidArgumentError for what is no bytes. */
  async released(memory: Uint8Array): Promise<void> {
    if (!ArrayBuffer.isView(memory)) {
      throw new InvalidArgumentError(`${described(memory)} is not memory of \`allocate()\``, {
        device: this.#transport.device,
        operation: 'released',
        next: 'Give the Buffer that `allocate()` returned, or a part of it',
      });
    }
    await this.#allocated.get(memory.buffer)?.released();
  }
}
