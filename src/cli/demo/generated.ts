import { createCipheriv, createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';

const CHUNK = 1024 * 1024;

/** Reproducible data that no drive can compress: the keystream of AES in counter mode with an all-zero key. */
export class GeneratedFile {
  readonly stream: Readable;
  readonly bytes: number;
  readonly #hash: Hash = createHash('sha256');

  constructor(bytes: number) {
    this.bytes = bytes;
    this.stream = Readable.from(this.#generate(), { objectMode: false, highWaterMark: CHUNK });
  }

  /** SHA-256 of the generated data, in hex. Call it once, at the end. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  *#generate(): Generator<Buffer> {
    const keystream = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
    const zeros = Buffer.alloc(CHUNK);
    for (let rest = this.bytes; rest > 0; rest -= CHUNK) {
      const chunk = keystream.update(zeros.subarray(0, Math.min(rest, CHUNK)));
      this.#hash.update(chunk);
      yield chunk;
    }
  }
}
