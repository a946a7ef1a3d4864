import { setTimeout } from 'node:timers/promises';
import type { SlabPool } from '../../../../binding.js';
import { PAGE, roundUpToPage } from '../../../transport/page.js';
import type { Transport } from '../../../transport/transport.js';
import { AHEAD_PART, AHEAD_PART_REUSING, COLLECTED_BYTES, planSlabs } from './memory.js';

/** Milliseconds that V8 gets to hand collected memory back, which a thread of its own does. */
const COLLECTION_TIME = 10;
/** V8 looks at the size of external memory when it makes an ArrayBuffer that does not fit into its own heap. */
const SMALLEST_EXTERNAL = 128;

/** Records that lie one behind the other in a slab, each from a page boundary on. */
export interface ReadSlab {
  readonly memory: ArrayBuffer;
  readonly lengths: readonly number[];
}

/**
 * The slabs that records are read into and lent to the consumer as chunks, without a copy. Where nobody tells when a
 * consumer has done with a chunk, garbage collection does, and the slab is used again then. Where the consumer keeps so
 * many that the read-ahead would have to stop, it gets copies, and the slab is free at once.
 */
export class ReadMemory {
  readonly #transport: Transport;
  readonly #bufferBytes: number;
  #pool: SlabPool;
  #slabBytes = 0;
  #recordBytes = 0;
  #slabs = 0;
  #ahead = 0;
  /** Milliseconds that are left to wait for memory to come back. */
  #patience = COLLECTION_TIME;
  /** Chunks that the consumer has of each slab of the pool. */
  #lent = new WeakMap<ArrayBufferLike, number>();

  /** At most `bufferBytes` are held, for records of up to `recordBytes`. */
  constructor(transport: Transport, bufferBytes: number, recordBytes: number) {
    this.#transport = transport;
    this.#bufferBytes = bufferBytes;
    this.#pool = this.#createPool(recordBytes);
  }

  get pool(): SlabPool {
    return this.#pool;
  }

  get slabBytes(): number {
    return this.#slabBytes;
  }

  /** How many slabs are to be read ahead. */
  get ahead(): number {
    return this.#ahead;
  }

  /** For larger records than before. Nothing may be under way; what is lent stays with the consumer. */
  makeRoomFor(recordBytes: number): void {
    if (recordBytes <= this.#recordBytes) return;
    this.close();
    this.#pool = this.#createPool(recordBytes);
  }

  close(): void {
    this.#pool.close();
    // What is released of it from now on is not taken back.
    this.#lent = new WeakMap();
  }

  #createPool(recordBytes: number): SlabPool {
    const { slabBytes, count } = planSlabs(this.#bufferBytes, roundUpToPage(recordBytes));
    this.#slabBytes = slabBytes;
    this.#recordBytes = recordBytes;
    this.#ahead = Math.max(2, Math.floor(count * AHEAD_PART));
    this.#slabs = Math.max(count, this.#ahead + 1);
    return this.#transport.createPool(slabBytes, this.#slabs);
  }

  /** The records of a slab as chunks, while `underWay` others are read into: runs that lie side by side become one. */
  async lend({ memory, lengths }: ReadSlab, underWay: number): Promise<Buffer[]> {
    const spare = await this.#canSpare(underWay);
    const chunks = runsOf(lengths).map(([begin, end]) => {
      const view = Buffer.from(memory, begin, end - begin);
      return spare ? view : Buffer.from(view);
    });
    if (spare && chunks.length > 0) this.#lent.set(memory, chunks.length);
    else this.#pool.giveBack(memory);
    return chunks;
  }

  /** Takes a chunk back that nobody will look at again. */
  release({ buffer }: Buffer): void {
    this.#ahead = Math.max(this.#ahead, Math.floor(this.#slabs * AHEAD_PART_REUSING));
    const left = (this.#lent.get(buffer) ?? 0) - 1;
    if (left < 0 || !(buffer instanceof ArrayBuffer)) return;
    if (left > 0) {
      this.#lent.set(buffer, left);
    } else {
      this.#lent.delete(buffer);
      this.#pool.giveBack(buffer);
    }
  }

  /** Whether the read-ahead can go on without the slab that is about to be lent. */
  async #canSpare(underWay: number): Promise<boolean> {
    const isEnough = () => this.#pool.available + underWay >= this.#ahead;
    const handedOut = this.#slabs - this.#pool.available - underWay;
    if (handedOut * this.#slabBytes < COLLECTED_BYTES) return isEnough();
    // Chunks that the consumer has let go of come back when V8 collects its youngest objects. It looks at the size of
    // what they hold only when it makes an ArrayBuffer itself.
    new ArrayBuffer(SMALLEST_EXTERNAL);
    for (; !isEnough() && this.#patience > 0; this.#patience -= 1) await setTimeout(1);
    // A consumer that keeps its chunks is not waited for again until some have come back.
    if (isEnough()) this.#patience = COLLECTION_TIME;
    return isEnough();
  }
}

/** Where records that fill their pages to the end run into one another. */
function runsOf(lengths: readonly number[]): [begin: number, end: number][] {
  const runs: [number, number][] = [];
  let run: [number, number] = [0, 0];
  for (const length of lengths) {
    if (run[1] % PAGE !== 0) {
      runs.push(run);
      const begin = roundUpToPage(run[1]);
      run = [begin, begin];
    }
    run[1] += length;
  }
  if (run[1] > run[0]) runs.push(run);
  return runs;
}
