import { setImmediate } from 'node:timers/promises';

/** Most milliseconds of uninterrupted work. */
const LONGEST_STRETCH = 5;

/**
 * For work whose steps follow each other without a turn of the event loop, such as a stream whose source and device
 * never block: says when to yield to the rest of the process.
 */
export class EventLoopBudget {
  readonly #stepsToALook: number;
  /** Steps since the clock was read; -1 before the first step of a stretch. */
  #steps = 0;
  /** When the stretch began; undefined before its first step. */
  #since: number | undefined = performance.now();

  /** `stepsToALook`: number of steps per reading of the clock, which is a system call without vDSO. */
  constructor(stepsToALook = 1) {
    this.#stepsToALook = stepsToALook;
  }

  /** Called for each step: whether the budget is spent. Also true after a wait that `reset` did not report. */
  isSpent(): boolean {
    this.#steps = (this.#steps + 1) % this.#stepsToALook;
    if (this.#steps !== 0) return false;
    const now = performance.now();
    this.#since ??= now;
    return now - this.#since >= LONGEST_STRETCH;
  }

  /** Resolves after timers and other ready work have run. */
  async yield(): Promise<void> {
    await setImmediate();
    this.reset();
  }

  /** To be called after the work has waited, which gave others their turn. */
  reset(): void {
    this.#steps = -1;
    this.#since = undefined;
  }
}
