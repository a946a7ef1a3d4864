import { BLOCK } from '../../encode/ustar.js';

/** Takes a full slab, or the last one, and returns the next one to fill. */
export type HandOn = (slab: Buffer, bytes: number) => Buffer;

/** Writes an archive into slabs, one after the other. The previous content of a slab does not matter. */
export class SlabWriter {
  readonly #handOn: HandOn;
  #slab: Buffer;
  #at = 0;
  #before = 0;

  constructor(first: Buffer, handOn: HandOn) {
    this.#slab = first;
    this.#handOn = handOn;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#before + this.#at;
  }

  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const count = Math.min(bytes.length - done, this.#room);
      this.#slab.set(count === bytes.length ? bytes : bytes.subarray(done, done + count), this.#at);
      this.#advance(count);
      done += count;
    }
  }

  /** Zeros. */
  fill(count: number): void {
    for (let left = count; left > 0; ) {
      const part = Math.min(left, this.#room);
      this.#slab.fill(0, this.#at, this.#at + part);
      this.#advance(part);
      left -= part;
    }
  }

  /** Zeros up to the end of the block. */
  pad(): void {
    this.fill((BLOCK - (this.#at % BLOCK)) % BLOCK);
  }

  /** Up to `most` bytes from `read`, which fills the given memory and returns the number of bytes; 0 at the end. */
  readInto(most: number, read: (memory: Buffer, at: number, length: number) => number): number {
    const count = read(this.#slab, this.#at, Math.min(most, this.#room));
    this.#advance(count);
    return count;
  }

  /**
   * A header followed by `length` bytes from `read`, padded to the block, in one slab: false if there is no room.
   * Nothing is written if `read` throws.
   */
  place(header: Uint8Array, length: number, read: (memory: Buffer, at: number) => void): boolean {
    const end = header.length + Math.ceil(length / BLOCK) * BLOCK;
    if (end > this.#room) return false;
    const begin = this.#at + header.length;
    read(this.#slab, begin);
    this.#slab.set(header, this.#at);
    this.#slab.fill(0, begin + length, this.#at + end);
    this.#advance(end);
    return true;
  }

  /** Passes on the current slab. */
  flush(): void {
    if (this.#at > 0) this.#next();
  }

  get #room(): number {
    return this.#slab.length - this.#at;
  }

  /** A full slab is passed on at once, so there is always room. */
  #advance(count: number): void {
    this.#at += count;
    if (this.#room === 0) this.#next();
  }

  #next(): void {
    const bytes = this.#at;
    this.#before += bytes;
    this.#at = 0;
    this.#slab = this.#handOn(this.#slab, bytes);
  }
}
