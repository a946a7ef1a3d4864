import { setTimeout } from 'node:timers/promises';
import type { SlabPool } from '../../../../binding.js';
import { roundUpToPage } from '../../../transport/page.js';
import type { Transport } from '../../../transport/transport.js';
import { AHEAD_PART, AHEAD_PART_REUSING, COLLECTED_BYTES, planSlabs } from './memory.js';
import { type ReadSlab, SlabLender } from './slab-lender.js';

/** Milliseconds that V8's own thread gets to free collected memory. */
const COLLECTION_TIME = 10;
/** V8 checks the size of external memory when it creates an ArrayBuffer that does not fit its own heap. */
const SMALLEST_EXTERNAL = 128;

/**
 * The slabs that records are read into, lent to the consumer as chunks without a copy. If the consumer does not release
 * its chunks, garbage collection does, and the slab is reused then. If the consumer keeps so many chunks that reading
 * ahead would stop, it gets copies, and the slab is free at once.
 */
export class ReadMemory {
  readonly #transport: Transport;
  readonly #bufferBytes: number;
  #pool: SlabPool;
  #slabBytes = 0;
  #recordBytes = 0;
  #slabs = 0;
  #ahead = 0;
  /** Milliseconds left to wait for memory to be returned. */
  #patience = COLLECTION_TIME;
  #lender: SlabLender;

  /** At most `bufferBytes` are held, for records of up to `recordBytes`. */
  constructor(transport: Transport, bufferBytes: number, recordBytes: number) {
    this.#transport = transport;
    this.#bufferBytes = bufferBytes;
    this.#pool = this.#createPool(recordBytes);
    this.#lender = new SlabLender(this.#pool);
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
    this.#lender = new SlabLender(this.#pool);
  }

  close(): void {
    this.#lender.close();
  }

  #createPool(recordBytes: number): SlabPool {
    const { slabBytes, count } = planSlabs(this.#bufferBytes, roundUpToPage(recordBytes));
    this.#slabBytes = slabBytes;
    this.#recordBytes = recordBytes;
    this.#ahead = Math.max(2, Math.floor(count * AHEAD_PART));
    this.#slabs = Math.max(count, this.#ahead + 1);
    return this.#transport.createPool(slabBytes, this.#slabs);
  }

  /** Lends the records of a slab as chunks, while `underWay` other slabs are being filled. */
  async lend(slab: ReadSlab, underWay: number): Promise<Buffer[]> {
    return (await this.#canSpare(underWay)) ? this.#lender.lend(slab) : this.#lender.copy(slab);
  }

  /** Takes back a chunk that is no longer used. */
  release(chunk: Buffer): void {
    this.#ahead = Math.max(this.#ahead, Math.floor(this.#slabs * AHEAD_PART_REUSING));
    this.#lender.release(chunk);
  }

  /** Whether the read-ahead can go on without the slab that is about to be lent. */
  async #canSpare(underWay: number): Promise<boolean> {
    const isEnough = () => this.#pool.available + underWay >= this.#ahead;
    const handedOut = this.#slabs - this.#pool.available - underWay;
    if (handedOut * this.#slabBytes < COLLECTED_BYTES) return isEnough();
    // Chunks that the consumer dropped are returned when V8 collects its youngest objects. V8 considers the size of
    // their memory only when it creates an ArrayBuffer itself.
    new ArrayBuffer(SMALLEST_EXTERNAL);
    for (; !isEnough() && this.#patience > 0; this.#patience -= 1) await setTimeout(1);
    // No further wait for a consumer that keeps its chunks until some have been returned.
    if (isEnough()) this.#patience = COLLECTION_TIME;
    return isEnough();
  }
}
