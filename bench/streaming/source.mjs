// A source that gives data in bursts, with pauses between them, on a clock that the caller keeps.

/** Numbers from 0 to 1, the same row for the same seed. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * @typedef {object} Bursts
 * @property {number} rate bytes a second within a burst
 * @property {number} burst bytes of a burst
 * @property {number} average bytes a second over bursts and pauses
 * @property {boolean} [irregular] pauses of random length, exponentially distributed
 * @property {number} [seed]
 */

export class BurstySource {
  #bursts;
  #pause;
  #random;
  #left;

  /** @param {Bursts} bursts */
  constructor(bursts) {
    this.#bursts = bursts;
    this.#pause = bursts.burst / bursts.average - bursts.burst / bursts.rate;
    this.#random = randomFrom(bursts.seed ?? 1);
    this.#left = bursts.burst;
  }

  /** When the next bytes are there, for a consumer that lets it work from `now` on. */
  next(now, bytes) {
    let at = now;
    for (let wanted = bytes; wanted > 0; ) {
      if (this.#left <= 0) {
        at += this.#nextPause();
        this.#left = this.#bursts.burst;
      }
      const part = Math.min(wanted, this.#left);
      at += part / this.#bursts.rate;
      this.#left -= part;
      wanted -= part;
    }
    return at;
  }

  #nextPause() {
    return this.#bursts.irregular ? -Math.log(1 - this.#random()) * this.#pause : this.#pause;
  }
}
