import { setTimeout as delay } from 'node:timers/promises';
import type { Cartridge } from '../cartridge/cartridge.js';
import { TapePath } from '../path/tape-path.js';
import { type WindingFacts, windingSeconds } from '../path/winding.js';
import { isSame, type Position } from './drive-record.js';
import { type SpeedFacts, SpeedModel, type StreamingState } from './speed-model.js';

/**
 * Shortest wait in milliseconds that is worth a timer. Shorter waits accumulate; because the model's clock is absolute,
 * the rate stays correct.
 */
const WORTH_WAITING = 4;
const MILLISECONDS = 1000;

/** What the clock of a drive has counted. */
export interface PaceState extends StreamingState {
  /** Seconds since the drive was opened; with a simulated clock, those that its work would have taken. */
  readonly seconds: number;
  /** Motions to another place of the tape, and seconds that they took. */
  readonly windings: number;
  readonly windingSeconds: number;
}

/** Slows a drive down, in real time, to the speed of its model; or only counts the time, with a simulated clock. */
export class DrivePace {
  readonly #model: SpeedModel;
  readonly #origin = performance.now();
  /** Time at which everything requested so far is done. */
  #doneAt = 0;

  #windings = 0;
  #windingSeconds = 0;

  constructor(facts: SpeedFacts) {
    this.#model = new SpeedModel(facts);
  }

  get state(): PaceState {
    const seconds = this.#now;
    return { ...this.#model.at(seconds), seconds, windings: this.#windings, windingSeconds: this.#windingSeconds };
  }

  get winding(): WindingFacts | undefined {
    return this.#model.facts.winding;
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

  /** The tape of the cartridge is moved from one position to another. */
  leave(cartridge: Cartridge | undefined, from: Position, to: Position): void {
    this.#doneAt = this.#model.leave(this.#now);
    if (cartridge === undefined || this.winding === undefined || isSame(from, to)) return;
    const path = new TapePath(cartridge, this.winding.wraps);
    const seconds = windingSeconds(this.winding, path.placeOf(from), path.placeOf(to));
    this.#doneAt += seconds;
    this.#windings += 1;
    this.#windingSeconds += seconds;
  }

  /** Resolves when everything requested is done. */
  async settle(): Promise<void> {
    if (this.#isSimulated) return;
    const left = (this.#doneAt - this.#now) * MILLISECONDS;
    if (left >= WORTH_WAITING) await delay(left);
  }

  get #isSimulated(): boolean {
    return this.#model.facts.clock === 'simulated';
  }

  get #now(): number {
    if (this.#isSimulated) return this.#doneAt;
    return (performance.now() - this.#origin) / MILLISECONDS;
  }
}
