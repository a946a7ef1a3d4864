import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work at a stretch. */
const LONGEST_STRETCH = 5;

/**
 * For work whose steps follow each other without a turn of the event loop, as those of a stream do between a source and
 * a device that are never waited for: tells when the rest of the process is to be let in.
 */
export class EventLoopBudget {
  readonly #stepsToALook: number;
  /** Steps since the last look at the clock; -1 where the next one is the first of a stretch. */
  #steps = 0;
  /** When the stretch began; undefined before its first step. */
  #since: number | undefined = performance.now();

  /** `stepsToALook`: the clock, a system call where there is no vDSO, is looked at once for so many steps. */
  constructor(stepsToALook = 1) {
    this.#stepsToALook = stepsToALook;
  }

  /** Called for each step: whether the work goes on for long enough. Also true after a wait that nobody has told of. */
  isSpent(): boolean {
    this.#steps = (this.#steps + 1) % this.#stepsToALook;
    if (this.#steps !== 0) return false;
    const now = performance.now();
    this.#since ??= now;
    return now - this.#since >= LONGEST_STRETCH;
  }

  /** Resolves when timers and everything else that is ready have had their turn. */
  async yield(): Promise<void> {
    await setImmediate();
    this.reset();
  }

  /** The work has waited for something, which let the others in. */
  reset(): void {
    this.#steps = -1;
    this.#since = undefined;
  }
}
