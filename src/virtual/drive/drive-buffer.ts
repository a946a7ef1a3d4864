/** An object that the drive has taken from the host. */
interface Taken {
  /** Logical object number after it. */
  readonly end: number;
  /** Total bytes taken up to its end. */
  readonly bytes: number;
}

/** Content of the buffer that is not on the medium yet. */
export interface Buffered {
  /** Logical object number of the first object that is not on the medium. */
  readonly from: number;
  readonly objects: number;
  readonly bytes: number;
}

/** Number of recorded entries at which they are dropped. */
const DROP_AT = 1024;

/**
 * Tracks which of the last written objects are only in the drive's buffer and would be lost with its power. Objects go
 * to the medium in order and as a whole.
 */
export class DriveBuffer {
  readonly #level: (taken: number) => number;
  #taken: Taken[] = [];
  /** How many of `#taken` are on the medium. */
  #done = 0;
  #bytes = 0;

  /** `level`: how many of the last `taken` bytes are in the buffer now. */
  constructor(level: (taken: number) => number) {
    this.#level = level;
  }

  /** The drive took an object of `bytes` bytes; `end` is the logical object number after it. */
  take(end: number, bytes: number): void {
    this.#bytes += bytes;
    this.#taken.push({ end, bytes: this.#bytes });
    if (this.#taken.length % DROP_AT === 0) this.#look();
  }

  /** Everything is on the medium, or gone. */
  empty(): void {
    this.#taken = [];
    this.#done = 0;
    this.#bytes = 0;
  }

  /** The objects not on the medium; undefined if there are none. */
  get state(): Buffered | undefined {
    this.#look();
    const first = this.#taken[this.#done];
    const last = this.#taken.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const before = this.#taken[this.#done - 1]?.bytes ?? 0;
    // Objects are taken one by one, without a gap.
    return { from: first.end - 1, objects: last.end - first.end + 1, bytes: this.#bytes - before };
  }

  #look(): void {
    const onMedium = this.#bytes - this.#level(this.#bytes);
    while ((this.#taken[this.#done]?.bytes ?? Number.POSITIVE_INFINITY) <= onMedium) this.#done += 1;
    if (this.#done < DROP_AT) return;
    // The last entry says how many bytes are on the medium.
    this.#taken.splice(0, this.#done - 1);
    this.#done = 1;
  }
}
