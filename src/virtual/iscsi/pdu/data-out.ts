/** Parts of at least this many bytes are kept without a copy, until a smaller one comes. */
const SMALL = 4096;
const BLOCK = 65_536;
const NOTHING = new Uint8Array(0);

interface Block {
  readonly bytes: Uint8Array;
  filled: number;
}

/**
 * Collects the data out of a command. The initiator chooses the number of parts, and each part costs some hundred bytes
 * of memory besides its data, so small parts are copied together.
 */
export class DataOutCollector {
  readonly #parts: Uint8Array[] = [];
  /** The last part, if it has room for more. */
  #block: Block | undefined;
  #length = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  add(part: Uint8Array): void {
    this.#length += part.length;
    if (part.length === 0) return;
    const goesOn = this.#block !== undefined || (this.#parts.length > 0 && part.length < SMALL);
    if (goesOn) this.#copy(part);
    else this.#parts.push(part);
  }

  #copy(part: Uint8Array): void {
    for (let offset = 0; offset < part.length; ) {
      const block = this.#blockWithRoom();
      const piece = part.subarray(offset, offset + block.bytes.length - block.filled);
      block.bytes.set(piece, block.filled);
      block.filled += piece.length;
      offset += piece.length;
    }
  }

  #blockWithRoom(): Block {
    if (this.#block?.filled === BLOCK) this.#closeBlock();
    this.#block ??= { bytes: new Uint8Array(BLOCK), filled: 0 };
    return this.#block;
  }

  #closeBlock(): void {
    if (this.#block !== undefined) this.#parts.push(this.#block.bytes.subarray(0, this.#block.filled));
    this.#block = undefined;
  }

  /** Returns all data. To be called only once. */
  take(): Uint8Array {
    this.#closeBlock();
    const [only = NOTHING] = this.#parts;
    return this.#parts.length <= 1 ? only : Buffer.concat(this.#parts);
  }
}
