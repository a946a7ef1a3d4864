import type { ByteSource } from './byte-source.js';
import { cutOff } from './fault.js';
import { BLOCK } from './header.js';

/** The blocks of an archive, in order. */
export class BlockReader {
  readonly #source: ByteSource;
  readonly #block = Buffer.alloc(BLOCK);
  #position = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Bytes of the archive that were read. */
  get position(): number {
    return this.#position;
  }

  /** One block, which is there until the next call; undefined at the end. Throws ArchiveFault for a part of one. */
  block(): Buffer | undefined {
    let filled = 0;
    while (filled < BLOCK) {
      const piece = this.#source.next(BLOCK - filled);
      if (piece === undefined) {
        if (filled === 0) return undefined;
        throw cutOff(`the archive ends within a block, after ${this.#position} bytes`);
      }
      this.#position += piece.length;
      if (piece.length === BLOCK) return Buffer.from(piece.buffer, piece.byteOffset, BLOCK);
      this.#block.set(piece, filled);
      filled += piece.length;
    }
    return this.#block;
  }

  /** Content of `length` bytes, of which some are left: what is there, until the next call. */
  piece(left: number, length: number): Uint8Array {
    const piece = this.#source.next(left);
    if (piece === undefined) {
      throw cutOff(`the content of a member has ${length - left} of its ${length} bytes`);
    }
    this.#position += piece.length;
    return piece;
  }

  /** Passes over the rest of the last block of content. */
  padding(length: number): void {
    for (let left = -length & (BLOCK - 1); left > 0; ) left -= this.piece(left, left).length;
  }
}
