import { runsForward, type TapePlace } from './wrap-map.js';

/**
 * Seconds of a LOCATE from one place of the tape to another, as a sum of what differs between them. Every tape has four
 * bands; a landing zone is the nearer half of the tape.
 */
export interface LocateCosts {
  /** Of every LOCATE. */
  readonly constant: number;
  /** For another wrap. */
  readonly wrap: number;
  /** For another band. */
  readonly band: number;
  /** For another half of the tape; negative, since a long way is faster than `length` says. */
  readonly landingZone: number;
  /** For a wrap that runs in the other direction. */
  readonly direction: number;
  /** For a place behind, on the same wrap. */
  readonly stepBack: number;
  /** Over the whole length of the tape. */
  readonly length: number;
}

/**
 * From a regression over LOCATE times that CERN measured and uses in CTA: 0.0006192 s for each of 168,000 longitudinal
 * positions. Another drive has other figures.
 */
export const DEFAULT_LOCATE_COSTS: LocateCosts = {
  constant: 4.29,
  wrap: 6.69,
  band: 3.2,
  landingZone: -6.04,
  direction: 5.22,
  stepBack: 11.32,
  length: 104,
};

const BANDS = 4;

/** The cost of going from one place to another. `wraps`: wraps of the whole tape. */
export function locateCost(costs: LocateCosts, wraps: number, from: TapePlace, to: TapePlace): number {
  return locateCosts(costs, wraps, [from], [to])(0, 0);
}

/** Costs between the places of two lists, by their indices: made for millions of calls. */
export function locateCosts(
  { constant, wrap, band, landingZone, direction, stepBack, length }: LocateCosts,
  wraps: number,
  from: readonly TapePlace[],
  to: readonly TapePlace[],
): (from: number, to: number) => number {
  const [start, end] = [columnsOf(from, wraps), columnsOf(to, wraps)];
  return (one, other) => {
    // Positive on the way to the end of the tape.
    const way = (end.along[other] ?? 0) - (start.along[one] ?? 0);
    let cost = constant + length * Math.abs(way);
    if (start.zone[one] !== end.zone[other]) cost += landingZone;
    if (start.wrap[one] === end.wrap[other]) {
      if (way * (end.direction[other] ?? 0) < 0) cost += stepBack;
    } else {
      cost += wrap;
      if (start.band[one] !== end.band[other]) cost += band;
      if (start.direction[one] !== end.direction[other]) cost += direction;
    }
    return Math.max(0, cost);
  };
}

function columnsOf(places: readonly TapePlace[], wraps: number) {
  const perBand = Math.max(1, Math.ceil(wraps / BANDS));
  return {
    wrap: Int32Array.from(places, ({ wrap }) => wrap),
    band: Int32Array.from(places, ({ wrap }) => Math.floor(wrap / perBand)),
    along: Float64Array.from(places, ({ along }) => along),
    zone: Int32Array.from(places, ({ along }) => (along < 0.5 ? 0 : 1)),
    direction: Int32Array.from(places, ({ wrap }) => (runsForward(wrap) ? 1 : -1)),
  };
}
