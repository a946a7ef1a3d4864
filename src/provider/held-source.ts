import { type Checksum, type ChecksumAlgorithm, createChecksum } from '../tape/checksum.js';
import type { ArchiveSource } from './archive.js';

/**
 * A source that can be written in parts: what was read from it is held until it is on tape, so that the next cartridge
 * gets what no longer fitted on this one. Checksums are made over what is on tape.
 */
export class HeldSource {
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #algorithm: ChecksumAlgorithm;
  readonly #total: Checksum;
  #part: Checksum;
  /** Chunks that are not on tape yet; the first begins `#onTape` bytes into the part. */
  #held: Uint8Array[] = [];
  #onTape = 0;
  /** Index in `#held` of the chunk that is written next. */
  #next = 0;
  #pull: Promise<boolean> | undefined;

  constructor(source: ArchiveSource, algorithm: ChecksumAlgorithm) {
    this.#iterator = iteratorOf(source);
    this.#algorithm = algorithm;
    this.#total = createChecksum(algorithm);
    this.#part = createChecksum(algorithm);
  }

  /** The chunks of a part: those that are still held, then the source's. `taken` tells how many bytes the drive took. */
  async *chunks(taken: () => number): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      this.#commit(taken());
      const chunk = this.#held[this.#next];
      if (chunk !== undefined) {
        this.#next += 1;
        yield chunk;
      } else if (!(await this.#more())) return;
    }
  }

  /** Ends a part with `bytes` bytes on tape and resolves with its checksum; the next one begins with the byte behind. */
  endPart(bytes: number): string {
    this.#commit(bytes);
    const [first, ...others] = this.#held;
    if (first !== undefined && bytes > this.#onTape) {
      this.#count(first.subarray(0, bytes - this.#onTape));
      this.#held = [first.subarray(bytes - this.#onTape), ...others];
    }
    const checksum = this.#part.digest();
    this.#part = createChecksum(this.#algorithm);
    this.#onTape = 0;
    this.#next = 0;
    return checksum;
  }

  /** Over all parts that were ended. */
  totalChecksum(): string {
    return this.#total.digest();
  }

  /** Has the source end what it does. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  /** Holds the next chunk of the source; false at its end. A call that was given up is joined by the next one. */
  #more(): Promise<boolean> {
    this.#pull ??= this.#readChunk().finally(() => {
      this.#pull = undefined;
    });
    return this.#pull;
  }

  async #readChunk(): Promise<boolean> {
    const { done, value } = await this.#iterator.next();
    if (done) return false;
    this.#held.push(value);
    return true;
  }

  #commit(bytes: number): void {
    for (let [first] = this.#held; first && this.#onTape + first.length <= bytes; [first] = this.#held) {
      this.#count(first);
      this.#onTape += first.length;
      this.#held.shift();
      this.#next = Math.max(0, this.#next - 1);
    }
  }

  #count(bytes: Uint8Array): void {
    this.#part.update(bytes);
    this.#total.update(bytes);
  }
}

function iteratorOf(source: ArchiveSource): AsyncIterator<Uint8Array> | Iterator<Uint8Array> {
  if (Symbol.asyncIterator in source) return (source as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  return source[Symbol.iterator]();
}
