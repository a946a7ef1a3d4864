import { setTimeout as delay } from 'node:timers/promises';
import { type SpeedFacts, SpeedModel, type StreamingState } from './speed-model.js';

/**
 * Milliseconds that are worth a timer. Shorter waits add up until they are: the model's clock is absolute, so no rate
 * is lost by it.
 */
const WORTH_WAITING = 4;
const MILLISECONDS = 1000;

/** Makes a drive as slow, by the clock of this machine, as its speed model says. */
export class DrivePace {
  readonly #model: SpeedModel;
  readonly #origin = performance.now();
  /** When what was asked for so far is done. */
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

  /** What is in the buffer is gone. */
  drop(): void {
    this.#model.drop(this.#now);
    this.#doneAt = this.#now;
  }

  /** The tape goes elsewhere. */
  leave(): void {
    this.#doneAt = this.#model.leave(this.#now);
  }

  /** Resolves when what was asked for is done. */
  async settle(): Promise<void> {
    const left = (this.#doneAt - this.#now) * MILLISECONDS;
    if (left >= WORTH_WAITING) await delay(left);
  }

  get #now(): number {
    return (performance.now() - this.#origin) / MILLISECONDS;
  }
}
