import { setTimeout as delay } from 'node:timers/promises';
import { type ElementMap, TRANSPORT } from './element-map.js';
import type { RobotSpeed } from './library-record.js';

const MILLISECONDS = 1000;

/** Slows a robot down, in real time, to its configured speed. */
export class RobotPace {
  readonly #speed: RobotSpeed;
  readonly #map: ElementMap;
  /** Where the hand is. */
  #at = TRANSPORT;

  constructor(speed: RobotSpeed, map: ElementMap) {
    this.#speed = speed;
    this.#map = map;
  }

  /** Seconds to scan a number of elements. */
  scanSeconds(elements: number): number {
    return this.#speed.scan * elements;
  }

  /** Resolves when the hand is there. */
  async travelTo(element: number): Promise<void> {
    const way = Math.abs(this.#map.placeOf(element) - this.#map.placeOf(this.#at));
    this.#at = element;
    await wait(way * this.#speed.travel);
  }

  /** Resolves when the hand has picked or placed a cartridge. */
  async handle(): Promise<void> {
    await wait(this.#speed.handling);
  }

  async scan(elements: number): Promise<void> {
    await wait(this.scanSeconds(elements));
  }
}

async function wait(seconds: number): Promise<void> {
  if (seconds > 0) await delay(seconds * MILLISECONDS);
}
