/**
 * Most chunks in the queue of a stream: its high-water mark counts bytes only, so a source of a million tiny chunks
 * would get no backpressure.
 */
const MOST_WAITING = 1024;

/** Counts the chunks of a write stream that wait for its `_write`. */
export class ChunkIntake {
  /** Bytes received so far. */
  bytes = 0;
  #waiting = 0;
  #owesDrain = false;
  readonly #drained: () => void;

  /** `drained` makes the source continue. */
  constructor(drained: () => void) {
    this.#drained = drained;
  }

  /** Counts a chunk; `goesOn` is the queue's answer. Returns the answer for the source. */
  given({ length }: Uint8Array, goesOn: boolean): boolean {
    this.bytes += length;
    if (!goesOn || this.#waiting < MOST_WAITING) return goesOn;
    this.#owesDrain = true;
    return false;
  }

  /** A chunk enters the queue. */
  waits(): void {
    this.#waiting += 1;
  }

  /** The first chunk of the queue has been reached. */
  reached(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0 || !this.#owesDrain) return;
    this.#owesDrain = false;
    process.nextTick(this.#drained);
  }
}
