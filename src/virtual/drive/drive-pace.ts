import { setTimeout as delay } from 'node:timers/promises';
import { type SpeedFacts, SpeedModel, type StreamingState } from './speed-model.js';

/**
 * Shortest wait in milliseconds that is worth a timer. Shorter waits accumulate; because the model's clock is absolute,
 * the rate stays correct.
 */
const WORTH_WAITING = 4;
const MILLISECONDS = 1000;

/** Slows a drive down, in real time, to the speed of its model. */
export class DrivePace {
  readonly #model: SpeedModel;
  readonly #origin = performance.now();
  /** Time at which everything requested so far is done. */
  #doneAt = 0;

  constructor(facts: SpeedFacts) {
    this.#model = new SpeedModel(facts);
  }

  get state(): StreamingState {
    return this.#model.at(this.#now);
  }

  wrote(bytes: number): void {
    this.#doneAt = this.#model.write(this.#now, bytes);
  }

  gave(bytes: number): void {
    this.#doneAt = this.#model.read(this.#now, bytes);
  }

  /** The buffer has to be empty. */
  flush(): void {
    this.#doneAt = this.#model.flush(this.#now);
  }

  /** The content of the buffer is dropped. */
  drop(): void {
    this.#model.drop(this.#now);
    this.#doneAt = this.#now;
  }

  /** The tape is moved. */
  leave(): void {
    this.#doneAt = this.#model.leave(this.#now);
  }

  /** Resolves when everything requested is done. */
  async settle(): Promise<void> {
    const left = (this.#doneAt - this.#now) * MILLISECONDS;
    if (left >= WORTH_WAITING) await delay(left);
  }

  get #now(): number {
    return (performance.now() - this.#origin) / MILLISECONDS;
  }
}
