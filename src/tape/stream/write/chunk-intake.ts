/**
 * Chunks that the queue of a stream may hold, however small they are: its high-water mark counts bytes only, and the
 * sources of a million small chunks would never be told to wait.
 */
const MOST_WAITING = 1024;

/** Counts what a write stream was given, until its `_write` comes to it. */
export class ChunkIntake {
  /** Bytes that were given so far. */
  bytes = 0;
  #waiting = 0;
  #owesDrain = false;
  readonly #drained: () => void;

  /** `drained` tells the source to go on. */
  constructor(drained: () => void) {
    this.#drained = drained;
  }

  /** A chunk was given; `goesOn` is what the queue says. Returns what the source is to be told. */
  given({ length }: Uint8Array, goesOn: boolean): boolean {
    this.bytes += length;
    if (!goesOn || this.#waiting < MOST_WAITING) return goesOn;
    this.#owesDrain = true;
    return false;
  }

  /** A chunk comes into the queue. */
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
