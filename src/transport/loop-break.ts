import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work at a stretch. */
const LONGEST_STRETCH = 5;

/**
 * For work whose steps follow each other without a turn of the event loop, as those of a stream do between a source and
 * a device that are never waited for: tells when the rest of the process is to be let in.
 */
export class LoopBreak {
  #since = performance.now();

  /** Whether the work goes on for long enough. Also true after a wait that nobody has told of. */
  get isDue(): boolean {
    return performance.now() - this.#since >= LONGEST_STRETCH;
  }

  /** Resolves when timers and everything else that is ready have had their turn. */
  async take(): Promise<void> {
    await setImmediate();
    this.taken();
  }

  /** The work has waited for something, which let the others in. */
  taken(): void {
    this.#since = performance.now();
  }
}
