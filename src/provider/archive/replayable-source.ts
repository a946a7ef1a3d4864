import { VerificationError } from '../../errors/index.js';
import type { TakenSource } from '../../streams/taken-source.js';
import { type Checksum, type ChecksumAlgorithm, createChecksum } from '../../tape/stream/file/checksum.js';

/**
 * A source that can be written in parts: data read from it is kept until it is on tape, so that the next cartridge gets
 * what did not fit on this one. Checksums cover the data on tape.
 */
export class ReplayableSource {
  readonly #source: TakenSource;
  readonly #iterator: AsyncGenerator<Uint8Array, void>;
  readonly #algorithm: ChecksumAlgorithm;
  readonly #total: Checksum;
  #part: Checksum;
  /** Chunks that are not on tape yet; the first begins `#onTape` bytes into the part. */
  #held: Uint8Array[] = [];
  #onTape = 0;
  /** Bytes that came from the source, and those of them that are on tape. */
  #taken = 0;
  #written = 0;
  /** Index in `#held` of the chunk that is written next. */
  #next = 0;
  #pull: Promise<boolean> | undefined;

  constructor(source: TakenSource, algorithm: ChecksumAlgorithm) {
    this.#source = source;
    this.#iterator = source.chunks();
    this.#algorithm = algorithm;
    this.#total = createChecksum(algorithm);
    this.#part = createChecksum(algorithm);
  }

  /**
   * The chunks of a part: the kept ones, then the source's. `taken` returns how many bytes the drive took. A part may end
   * while the source is waited for, and the wait in the next one.
   */
  async *chunks(taken: () => number): AsyncGenerator<Uint8Array, void> {
    const part = this.#part;
    while (this.#part === part) {
      this.#commit(taken());
      const chunk = this.#held[this.#next];
      if (chunk !== undefined) {
        this.#next += 1;
        yield chunk;
      } else if (!(await this.#more())) return;
    }
  }

  /** Ends a part with `bytes` bytes on tape and returns its checksum; the next part begins with the byte after them. */
  endPart(bytes: number): string {
    this.#commit(bytes);
    if (bytes < this.#onTape) {
      throw new VerificationError(`${this.#onTape} bytes of a part were released, but only ${bytes} are on tape`, {
        operation: 'write',
        next: 'Write the archive again',
      });
    }
    const [first] = this.#held;
    if (first !== undefined && bytes > this.#onTape) {
      this.#count(first.subarray(0, bytes - this.#onTape));
      this.#held[0] = first.subarray(bytes - this.#onTape);
    }
    const checksum = this.#part.digest();
    this.#part = createChecksum(this.#algorithm);
    this.#onTape = 0;
    this.#next = 0;
    return checksum;
  }

  /** Over all parts that were ended. Throws VerificationError unless all that the source gave is in them. */
  totalChecksum(): string {
    if (this.#taken === this.#written) return this.#total.digest();
    throw new VerificationError(`${this.#taken} bytes were received, but ${this.#written} are on tape`, {
      operation: 'write',
      next: 'Write the archive again',
    });
  }

  /** Ends the source, without waiting for it. */
  close(): void {
    this.#source.discard(new Error('nothing more of the archive is written'));
    this.#iterator.return().catch(() => undefined);
  }

  /** Reads and keeps the next chunk of the source; false at its end. An abandoned call is joined by the next one. */
  #more(): Promise<boolean> {
    this.#pull ??= this.#readChunk().then((more) => {
      // A source that failed stays failed: asked once more, its iterator would say that it has ended.
      this.#pull = undefined;
      return more;
    });
    return this.#pull;
  }

  async #readChunk(): Promise<boolean> {
    const { done, value } = await this.#iterator.next();
    if (done) return false;
    this.#taken += value.length;
    this.#held.push(value);
    return true;
  }

  #commit(bytes: number): void {
    let done = 0;
    for (let [chunk] = this.#held; chunk && this.#onTape + chunk.length <= bytes; chunk = this.#held[done]) {
      this.#count(chunk);
      this.#onTape += chunk.length;
      done += 1;
    }
    if (done === 0) return;
    this.#held.splice(0, done);
    this.#next = Math.max(0, this.#next - done);
  }

  #count(bytes: Uint8Array): void {
    this.#written += bytes.length;
    this.#part.update(bytes);
    this.#total.update(bytes);
  }
}
