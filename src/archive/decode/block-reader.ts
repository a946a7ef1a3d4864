import type { ByteSource } from './byte-source.js';
import { cutOff } from './fault.js';
import { BLOCK } from './header.js';

/** Bytes requested from the source at once. */
const WINDOW = 2 ** 20;
const NOTHING = Buffer.alloc(0);

/** The blocks of an archive, in order. */
export class BlockReader {
  readonly #source: ByteSource;
  readonly #block = Buffer.alloc(BLOCK);
  /** The last window of the source, and how much of it was used. */
  #window: Buffer = NOTHING;
  #at = 0;
  /** Bytes of the windows before. */
  #before = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Bytes of the archive that were read. */
  get position(): number {
    return this.#before + this.#at;
  }

  /** One block, valid until the next call; undefined at the end. Throws ArchiveFault for an incomplete one. */
  block(): Buffer | undefined {
    if (this.#window.length - this.#at >= BLOCK) return this.#take(BLOCK);
    let filled = 0;
    while (filled < BLOCK) {
      if (!this.#fill()) {
        if (filled === 0) return undefined;
        throw cutOff(`the archive ends within a block, after ${this.position} bytes`);
      }
      if (filled === 0 && this.#window.length - this.#at >= BLOCK) return this.#take(BLOCK);
      const piece = this.#take(BLOCK - filled);
      this.#block.set(piece, filled);
      filled += piece.length;
    }
    return this.#block;
  }

  /** The next available piece of content of `length` bytes with `left` bytes left; valid until the next call. */
  piece(left: number, length: number): Buffer {
    this.#require(left, length);
    return this.#take(left);
  }

  /** Skips the padding of the last block of content. */
  padding(length: number): void {
    const whole = -length & (BLOCK - 1);
    for (let left = whole; left > 0; ) {
      this.#require(left, whole);
      const passed = Math.min(left, this.#window.length - this.#at);
      this.#at += passed;
      left -= passed;
    }
  }

  /** What is at hand, without a step of the reader; empty at the end. Valid until the next call. */
  ahead(): Buffer {
    this.#fill();
    return this.#window.subarray(this.#at);
  }

  /** Passes so many bytes of what is at hand. */
  pass(bytes: number): void {
    this.#at += bytes;
  }

  #require(left: number, length: number): void {
    if (!this.#fill()) throw cutOff(`the content of a member has ${length - left} of its ${length} bytes`);
  }

  /** Whether there is more in the window. */
  #fill(): boolean {
    if (this.#at < this.#window.length) return true;
    const window = this.#source.next(WINDOW);
    this.#before += this.#window.length;
    this.#at = 0;
    this.#window = window === undefined ? NOTHING : Buffer.from(window.buffer, window.byteOffset, window.length);
    return window !== undefined;
  }

  #take(most: number): Buffer {
    const from = this.#at;
    this.#at = Math.min(from + most, this.#window.length);
    return this.#window.subarray(from, this.#at);
  }
}
