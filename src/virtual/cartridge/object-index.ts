import { FILEMARK, spanOf } from './tap-format.js';

/** The place of one logical object in the image. */
export interface ObjectPlace {
  /** The word that the object begins with. */
  readonly word: number;
  readonly offset: number;
}

const FIRST_ROOM = 256;

/**
 * The places of all logical objects of a partition, stored as runs of objects with the same word: a tape of 256 KiB
 * records is a handful of runs; if the lengths change all the time, each record takes 28 bytes.
 */
export class ObjectIndex {
  #runs = 0;
  /** For each run: number of its first object, its offset, filemarks before it, and the word of its objects. */
  #first = new Float64Array(FIRST_ROOM);
  #offset = new Float64Array(FIRST_ROOM);
  #marks = new Float64Array(FIRST_ROOM);
  #word = new Uint32Array(FIRST_ROOM);
  #count = 0;
  #end = 0;
  #filemarks = 0;

  /** Logical objects: records and filemarks. */
  get count(): number {
    return this.#count;
  }

  get filemarks(): number {
    return this.#filemarks;
  }

  /** Offset after the last object. */
  get end(): number {
    return this.#end;
  }

  /** Adds `count` consecutive objects; the first begins at `offset`, at or after `end`. */
  append(word: number, offset: number, count = 1): void {
    const last = this.#runs - 1;
    if (last < 0 || at(this.#word, last) !== word || offset !== this.#end) this.#addRun(word, offset);
    this.#count += count;
    this.#end = offset + count * spanOf(word);
    if (word === FILEMARK) this.#filemarks += count;
  }

  /** The words of all objects, each with the length of its run. */
  *runs(): Generator<[word: number, count: number]> {
    for (let run = 0; run < this.#runs; run += 1) {
      const end = run + 1 < this.#runs ? at(this.#first, run + 1) : this.#count;
      yield [at(this.#word, run), end - at(this.#first, run)];
    }
  }

  /** `object` must be below `count`. */
  place(object: number): ObjectPlace {
    const run = this.#runOf(object);
    const word = at(this.#word, run);
    const within = object - at(this.#first, run);
    return { word, offset: at(this.#offset, run) + within * spanOf(word) };
  }

  /** Number of filemarks before an object, or before end of data. */
  filemarksBefore(object: number): number {
    if (object >= this.#count) return this.#filemarks;
    const run = this.#runOf(object);
    const within = at(this.#word, run) === FILEMARK ? object - at(this.#first, run) : 0;
    return at(this.#marks, run) + within;
  }

  /** Logical object number of filemark `n`, counted from 0; `n` must be below `filemarks`. */
  objectOfFilemark(n: number): number {
    const run = lastNotAbove(this.#marks, this.#runs, n);
    return at(this.#first, run) + (n - at(this.#marks, run));
  }

  /** Number of the first object from `from` on whose word `passes`; undefined if there is none. */
  find(passes: (word: number) => boolean, from = 0): number | undefined {
    for (let run = from >= this.#count ? this.#runs : this.#runOf(from); run < this.#runs; run++) {
      if (passes(at(this.#word, run))) return Math.max(from, at(this.#first, run));
    }
    return undefined;
  }

  /** Removes `object` and everything after it. */
  truncate(object: number): void {
    if (object >= this.#count) return;
    this.#filemarks = this.filemarksBefore(object);
    const run = this.#runOf(object);
    this.#runs = at(this.#first, run) === object ? run : run + 1;
    this.#count = object;
    this.#end = this.#endOfLastRun();
  }

  #endOfLastRun(): number {
    const run = this.#runs - 1;
    if (run < 0) return 0;
    return at(this.#offset, run) + (this.#count - at(this.#first, run)) * spanOf(at(this.#word, run));
  }

  #runOf(object: number): number {
    return lastNotAbove(this.#first, this.#runs, object);
  }

  #addRun(word: number, offset: number): void {
    if (this.#runs === this.#word.length) this.#grow();
    this.#first[this.#runs] = this.#count;
    this.#offset[this.#runs] = offset;
    this.#marks[this.#runs] = this.#filemarks;
    this.#word[this.#runs] = word;
    this.#runs += 1;
  }

  #grow(): void {
    const room = this.#word.length * 2;
    this.#first = widened(new Float64Array(room), this.#first);
    this.#offset = widened(new Float64Array(room), this.#offset);
    this.#marks = widened(new Float64Array(room), this.#marks);
    this.#word = widened(new Uint32Array(room), this.#word);
  }
}

type Column = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

function widened<T extends Column>(wide: T, column: T): T {
  wide.set(column);
  return wide;
}

function at(column: Column, index: number): number {
  return column[index] ?? 0;
}

/** Index of the last element of an ascending column that is not above `value`. */
function lastNotAbove(column: Column, length: number, value: number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (at(column, middle) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
