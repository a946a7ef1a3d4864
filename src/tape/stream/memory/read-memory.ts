import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type { SlabPool } from '../../../../binding.js';
import { roundUpToPage } from '../../../transport/page.js';
import type { Transport } from '../../../transport/transport.js';
import { AHEAD_PART, AHEAD_PART_REUSING, COLLECTED_BYTES, planSlabs, TURN_BYTES } from './memory.js';
import { collectYoungGarbage } from './young-garbage.js';

/** Milliseconds that V8's own thread gets to free collected memory. */
const COLLECTION_TIME = 10;

/** A slab of the pool with the records read into it, side by side. */
export interface ReadSlab {
  readonly slab: number;
  readonly lengths: readonly number[];
}

export interface ReadMemoryPlan {
  /** Of the memory that comes back, so much is kept. */
  readonly bufferBytes: number;
  /** Largest slab in bytes, unless a record is larger. */
  readonly largestSlab: number;
}

/**
 * The slabs that records are read into, lent to the consumer as chunks without a copy. If the consumer does not release
 * its chunks, garbage collection does, and the slab is reused then. A consumer that keeps its chunks keeps their memory,
 * and new slabs are mapped. V8 is made to collect its young objects every few MiB: memory that returns soon is still in
 * the processor's cache, and V8 has no reason to mark its whole heap.
 */
export class ReadMemory {
  readonly #transport: Transport;
  readonly #plan: ReadMemoryPlan;
  #pool: SlabPool;
  #slabBytes = 0;
  #recordBytes = 0;
  #slabs = 0;
  #ahead = 0;
  /** Lent chunks, by their memory. */
  #chunks = new WeakSet<ArrayBufferLike>();
  /** Whether the consumer releases its chunks. */
  #isReleased = false;
  /** Bytes of slabs lent since the last collection. */
  #lentBytes = 0;
  #bytesToTurn = TURN_BYTES;
  /** Milliseconds left to wait for memory to be returned. */
  #patience = COLLECTION_TIME;

  /** Memory for records of up to `recordBytes`. */
  constructor(transport: Transport, plan: ReadMemoryPlan, recordBytes: number) {
    this.#transport = transport;
    this.#plan = plan;
    this.#pool = this.#createPool(recordBytes);
  }

  get pool(): SlabPool {
    return this.#pool;
  }

  get slabBytes(): number {
    return this.#slabBytes;
  }

  /** Number of slabs to read ahead. */
  get ahead(): number {
    return this.#ahead;
  }

  /** Reallocates for larger records. No read may be in flight; lent chunks stay with the consumer. */
  makeRoomFor(recordBytes: number): void {
    if (recordBytes <= this.#recordBytes) return;
    this.close();
    this.#pool = this.#createPool(recordBytes);
  }

  /** What is released from now on is not taken back. */
  close(): void {
    this.#pool.close();
    this.#chunks = new WeakSet();
  }

  #createPool(recordBytes: number): SlabPool {
    const { bufferBytes, largestSlab } = this.#plan;
    const { slabBytes, count } = planSlabs(bufferBytes, roundUpToPage(recordBytes), largestSlab);
    this.#slabBytes = slabBytes;
    this.#recordBytes = recordBytes;
    this.#ahead = Math.max(2, Math.floor(count * AHEAD_PART));
    this.#slabs = Math.max(count, this.#ahead + 1);
    return this.#transport.createPool(slabBytes, this.#slabs);
  }

  /** The records of a slab as one chunk; undefined if there are none. */
  async lend({ slab, lengths }: ReadSlab): Promise<Buffer | undefined> {
    const bytes = lengths.reduce((sum, length) => sum + length, 0);
    if (bytes < this.#slabBytes / 2) return this.#copy(slab, bytes);
    if (!this.#isReleased) await this.#collect();
    const memory = this.#pool.take(slab);
    this.#chunks.add(memory);
    return Buffer.from(memory, 0, bytes);
  }

  /** Takes back a chunk that is no longer used. */
  release({ buffer }: Buffer): void {
    if (!this.#chunks.delete(buffer) || !(buffer instanceof ArrayBuffer)) return;
    this.#isReleased = true;
    this.#ahead = Math.max(this.#ahead, Math.floor(this.#slabs * AHEAD_PART_REUSING));
    this.#pool.giveBack(buffer);
  }

  /** Takes back a slab that nobody wants to see. */
  drop(slab: number): void {
    this.#pool.giveBack(this.#pool.take(slab));
  }

  /** A consumer that keeps a few records must not keep a whole slab. */
  #copy(slab: number, bytes: number): Buffer | undefined {
    const memory = this.#pool.take(slab);
    const copy = bytes > 0 ? Buffer.from(Buffer.from(memory, 0, bytes)) : undefined;
    this.#pool.giveBack(memory);
    return copy;
  }

  /** Has V8 collect dropped chunks once there may be enough of them. */
  async #collect(): Promise<void> {
    this.#lentBytes += this.#slabBytes;
    this.#bytesToTurn -= this.#slabBytes;
    if (this.#bytesToTurn <= 0) {
      this.#bytesToTurn = TURN_BYTES;
      await turn();
    }
    if (this.#lentBytes < COLLECTED_BYTES) return;
    collectYoungGarbage();
    this.#lentBytes = 0;
    const isTooMuch = () => this.#pool.lent >= this.#slabs;
    for (; isTooMuch() && this.#patience > 0; this.#patience -= 1) await pause(1);
    // No further wait for a consumer that keeps its chunks until some have been returned.
    if (!isTooMuch()) this.#patience = COLLECTION_TIME;
  }
}
