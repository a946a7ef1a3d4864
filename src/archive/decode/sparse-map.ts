import { damaged, unsupported } from './fault.js';

/** More parts than any useful sparse file has; keeps a map below 64 MiB. */
const MOST_PARTS = 2 ** 22;

/** Which parts of a file with holes are stored, in order. */
export class SparseMap {
  #numbers = new Float64Array(16);
  #count = 0;
  #end = 0;
  #stored = 0;

  get parts(): number {
    return this.#count;
  }

  /** Bytes of all parts. */
  get stored(): number {
    return this.#stored;
  }

  /** Adds a part after the last one. Throws ArchiveFault if it does not follow it. */
  add(offset: number, length: number): void {
    const end = offset + length;
    if (!(offset >= this.#end) || !(length >= 0) || !Number.isSafeInteger(end)) {
      throw damaged('the map of a file with holes is out of order');
    }
    this.#end = end;
    if (length === 0) return;
    if (this.#count === MOST_PARTS) throw unsupported(`a file with holes in more than ${MOST_PARTS} parts`);
    if (this.#count * 2 === this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#count * 2] = offset;
    this.#numbers[this.#count * 2 + 1] = length;
    this.#count += 1;
    this.#stored += length;
  }

  offset(part: number): number {
    return this.#numbers[part * 2] ?? 0;
  }

  length(part: number): number {
    return this.#numbers[part * 2 + 1] ?? 0;
  }

  /** Throws ArchiveFault unless the parts lie in the file and add up to its stored bytes. */
  require(size: number, stored: number): void {
    if (this.#end <= size && this.#stored === stored) return;
    throw damaged('the map of a file with holes does not fit its size');
  }
}
