import type { SlabPool } from '../../../../binding.js';
import { PAGE, roundUpToPage } from '../../../transport/page.js';

/** Records that lie one behind the other in a slab, each from a page boundary on. */
export interface ReadSlab {
  readonly memory: ArrayBuffer;
  readonly lengths: readonly number[];
}

/** Hands the records of a pool's slabs out as chunks, and the slab back once all of its chunks came back. */
export class SlabLender {
  readonly #pool: SlabPool;
  /** Chunks that the consumer has of each slab. */
  #lent = new WeakMap<ArrayBufferLike, number>();

  constructor(pool: SlabPool) {
    this.#pool = pool;
  }

  /** Chunks in the slab itself. Runs of records that lie side by side become one chunk. */
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

  /** Takes a chunk back that nobody will look at again. */
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

  /** What is released from now on is not taken back. */
  close(): void {
    this.#pool.close();
    this.#lent = new WeakMap();
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
