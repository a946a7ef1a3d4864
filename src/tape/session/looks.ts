/**
 * Queries of what the drive has recorded, between files only. After a reset, a query through another node takes the unit
 * attention that `st` would have met: a record or filemark that is on its way meanwhile goes to the beginning of the tape.
 */
export class Looks {
  readonly #ask: () => Promise<void>;
  #isWriting = false;
  #isOwed = false;
  #asking: Promise<void> = Promise.resolve();

  /** `ask` never rejects. */
  constructor(ask: () => Promise<void>) {
    this.#ask = ask;
  }

  /** Asks now, or where a file is under way, behind it. */
  look(): Promise<void> {
    if (this.#isWriting) this.#isOwed = true;
    else this.#asking = this.#ask();
    return this.#asking;
  }

  /** A file begins, when what was asked is answered. */
  async fileBegins(): Promise<void> {
    this.#isWriting = true;
    await this.#asking;
  }

  /** Asks what is owed, before anything else is written. */
  async fileEnded(): Promise<void> {
    this.#isWriting = false;
    if (!this.#isOwed) return;
    this.#isOwed = false;
    await this.look();
  }
}
