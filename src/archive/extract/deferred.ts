/** Bytes of a chunk of records. */
const CHUNK = 256 * 1024;

/** Work deferred to the end, as consecutive byte records without an object for each, ordered by depth. */
export class DeferredRecords {
  readonly #chunks: Buffer[] = [];
  #used = CHUNK;
  /** Where each record begins: chunk × CHUNK + offset. A larger record has a chunk of its own. */
  #places = new Float64Array(256);
  #depths = new Uint16Array(256);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Room for a record of `length` bytes. */
  add(length: number, depth: number): Buffer {
    if (this.#used + length > CHUNK) {
      this.#chunks.push(Buffer.allocUnsafeSlow(Math.max(CHUNK, length)));
      this.#used = 0;
    }
    if (this.#count === this.#places.length) this.#grow();
    this.#places[this.#count] = (this.#chunks.length - 1) * CHUNK + this.#used;
    this.#depths[this.#count] = Math.min(depth, 0xffff);
    this.#count += 1;
    const record = this.#chunks.at(-1)?.subarray(this.#used, this.#used + length) ?? Buffer.alloc(0);
    this.#used += length;
    return record;
  }

  /** Memory from the beginning of each record: the deepest first, in order of addition within a depth. */
  *deepestFirst(): Generator<Buffer> {
    for (const record of this.#orderOfDepth()) {
      const place = this.#places[record] ?? 0;
      const chunk = Math.floor(place / CHUNK);
      yield this.#chunks[chunk]?.subarray(place - chunk * CHUNK) ?? Buffer.alloc(0);
    }
  }

  /** In the order in which they were added. */
  *inOrder(): Generator<Buffer> {
    for (let record = 0; record < this.#count; record += 1) {
      const place = this.#places[record] ?? 0;
      const chunk = Math.floor(place / CHUNK);
      yield this.#chunks[chunk]?.subarray(place - chunk * CHUNK) ?? Buffer.alloc(0);
    }
  }

  /** By counting: a sort by comparison of a million records takes seconds. */
  #orderOfDepth(): Uint32Array {
    const depths = this.#depths.subarray(0, this.#count);
    const starts = new Uint32Array(0x10001);
    for (const depth of depths) starts[0xffff - depth + 1] = (starts[0xffff - depth + 1] ?? 0) + 1;
    for (let at = 1; at < starts.length; at += 1) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
    const order = new Uint32Array(this.#count);
    for (let record = 0; record < this.#count; record += 1) {
      const bucket = 0xffff - (depths[record] ?? 0);
      order[starts[bucket] ?? 0] = record;
      starts[bucket] = (starts[bucket] ?? 0) + 1;
    }
    return order;
  }

  #grow(): void {
    const places = new Float64Array(this.#places.length * 2);
    places.set(this.#places);
    this.#places = places;
    const depths = new Uint16Array(this.#depths.length * 2);
    depths.set(this.#depths);
    this.#depths = depths;
  }
}
