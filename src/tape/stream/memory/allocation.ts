/** Holders of a piece of memory that was allocated for a drive. */
export class Allocation {
  readonly #holders = new Set<() => void>();
  #waiting: (() => void)[] = [];

  /** Returns a function that ends the hold; `onWanted` is called when the memory is wanted back. */
  hold(onWanted: () => void): () => void {
    // A function of its own, so that one holder may hold twice.
    const holder = () => onWanted();
    this.#holders.add(holder);
    // The memory is already wanted back; deferred so that this holder has its release function first.
    if (this.#waiting.length > 0) queueMicrotask(() => this.#holders.has(holder) && onWanted());
    return () => {
      this.#holders.delete(holder);
      if (this.#holders.size > 0) return;
      for (const resolve of this.#waiting.splice(0)) resolve();
    };
  }

  released(): Promise<void> {
    if (this.#holders.size === 0) return Promise.resolve();
    const released = new Promise<void>((resolve) => this.#waiting.push(resolve));
    for (const onWanted of this.#holders) onWanted();
    return released;
  }
}
