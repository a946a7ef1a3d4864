import type { SlabPool } from '../../../../binding.js';
import { PAGE, roundUpToPage } from '../../../transport/page.js';

/** Consecutive records in a slab, each beginning at a page boundary. */
export interface ReadSlab {
  readonly memory: ArrayBuffer;
  readonly lengths: readonly number[];
}

/** Lends the records of a pool's slabs as chunks, and returns a slab once all its chunks are released. */
export class SlabLender {
  readonly #pool: SlabPool;
  /** Number of lent chunks of each slab. */
  #lent = new WeakMap<ArrayBufferLike, number>();

  constructor(pool: SlabPool) {
    this.#pool = pool;
  }

  /** Chunks in the slab's memory. Adjacent records become one chunk. */
  lend({ memory, lengths }: ReadSlab): Buffer[] {
    const chunks = runsOf(lengths).map(([begin, end]) => Buffer.from(memory, begin, end - begin));
    if (chunks.length > 0) this.#lent.set(memory, chunks.length);
    else this.#pool.giveBack(memory);
    return chunks;
  }

  /** Copies of the same chunks: the slab is free at once. */
  copy({ memory, lengths }: ReadSlab): Buffer[] {
    const chunks = runsOf(lengths).map(([begin, end]) => Buffer.from(Buffer.from(memory, begin, end - begin)));
    this.#pool.giveBack(memory);
    return chunks;
  }

  /** Takes back a chunk that is no longer used. */
  release({ buffer }: Buffer): void {
    const left = (this.#lent.get(buffer) ?? 0) - 1;
    if (left < 0 || !(buffer instanceof ArrayBuffer)) return;
    if (left > 0) {
      this.#lent.set(buffer, left);
    } else {
      this.#lent.delete(buffer);
      this.#pool.giveBack(buffer);
    }
  }

  /** Chunks released from now on are ignored. */
  close(): void {
    this.#pool.close();
    this.#lent = new WeakMap();
  }
}

/** Runs of adjacent records: those that fill their pages to the end. */
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
