/** A value with the time at which it was read. */
export interface Reading<T> {
  readonly value: T;
  /** Milliseconds since 1970. */
  readonly readAt: number;
}

/** A value read from a drive: concurrent callers share one reading, and a recent one is reused. */
export class SharedReading<T> {
  readonly #read: () => Promise<Reading<T>>;
  #last: Reading<T> | undefined;
  #underWay: Promise<Reading<T>> | undefined;

  constructor(read: () => Promise<Reading<T>>) {
    this.#read = read;
  }

  /** The last answer when it is younger than `maxAgeMs`, else a new one, by `read`. A failure is not kept. */
  get(maxAgeMs: number, read = this.#read): Promise<Reading<T>> {
    const last = this.#last;
    if (last && Date.now() - last.readAt < maxAgeMs) return Promise.resolve(last);
    this.#underWay ??= this.#ask(read);
    return this.#underWay;
  }

  forget(): void {
    this.#last = undefined;
    this.#underWay = undefined;
  }

  async #ask(read: () => Promise<Reading<T>>): Promise<Reading<T>> {
    try {
      const reading = await read();
      // Forgotten in the meantime: what was read may be about another cartridge.
      if (this.#underWay !== undefined) this.#last = reading;
      return reading;
    } finally {
      this.#underWay = undefined;
    }
  }
}
