/** Whether a file is near the end of the tape: from the first file on that reached early warning. */
export class NearEnd {
  /** Logical object where the file under way, or the last one, begins. */
  #begunAt: number | undefined;
  #from = Number.POSITIVE_INFINITY;

  get isHere(): boolean {
    return this.#begunAt !== undefined && this.#begunAt >= this.#from;
  }

  /** A file begins. Before the place of the warning, what was written there is gone. */
  begin(logicalObject: number | undefined): void {
    this.#begunAt = logicalObject;
    if (!this.isHere) this.#from = Number.POSITIVE_INFINITY;
  }

  /** Early warning was reached in this file. */
  note(): void {
    this.#from = Math.min(this.#from, this.#begunAt ?? 0);
  }
}
