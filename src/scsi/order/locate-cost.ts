import { runsForward, type TapePlace } from './wrap-map.js';

/**
 * Seconds that a LOCATE takes from one place on the tape to another: a sum of terms, one for each difference between
 * them. Every tape has four bands; each half of the tape is a landing zone.
 */
export interface LocateCosts {
  /** Constant part of every LOCATE. */
  readonly constant: number;
  /** Added for a change of wrap. */
  readonly wrap: number;
  /** Added for a change of band. */
  readonly band: number;
  /** Added for a change to the other half of the tape; negative, because long motions are faster than `length` says. */
  readonly landingZone: number;
  /** Added for a wrap that runs in the other direction. */
  readonly direction: number;
  /** Added for a place that lies behind on the same wrap. */
  readonly stepBack: number;
  /** For a motion over the whole length of the tape. */
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

/**
 * For an order on a drive whose costs are not known. Drives agree that a long way takes long, and not on the rest: with a
 * third of the other costs, an order is close to the best one on the drive of the regression, and also on a drive that takes
 * time for little but the way.
 */
export const CAUTIOUS_LOCATE_COSTS: LocateCosts = {
  ...DEFAULT_LOCATE_COSTS,
  wrap: DEFAULT_LOCATE_COSTS.wrap / 3,
  band: DEFAULT_LOCATE_COSTS.band / 3,
  landingZone: DEFAULT_LOCATE_COSTS.landingZone / 3,
  direction: DEFAULT_LOCATE_COSTS.direction / 3,
  stepBack: DEFAULT_LOCATE_COSTS.stepBack / 3,
};

const BANDS = 4;
/** Kinds of places: by band, direction of the wrap and half of the tape. */
const KINDS = BANDS * 2 * 2;

/** Cost of a LOCATE from one place to another. `wraps`: number of wraps of the tape. */
export function locateCost(costs: LocateCosts, wraps: number, from: TapePlace, to: TapePlace): number {
  return locateCosts(costs, wraps, [from], [to])(0, 0);
}

/** Costs between the places of two lists, by index; fast enough for millions of calls. */
export function locateCosts(
  costs: LocateCosts,
  wraps: number,
  from: readonly TapePlace[],
  to: readonly TapePlace[],
): (from: number, to: number) => number {
  const [start, end] = [columnsOf(from, wraps), columnsOf(to, wraps)];
  const table = kindCosts(costs);
  return (one, other) => {
    // Positive towards the end of the tape.
    const way = (end.along[other] ?? 0) - (start.along[one] ?? 0);
    const kinds = (start.kind[one] ?? 0) * KINDS + (end.kind[other] ?? 0);
    let cost = (table[kinds] ?? 0) + costs.length * Math.abs(way);
    if (start.wrap[one] === end.wrap[other]) {
      cost -= costs.wrap;
      if (way * (end.direction[other] ?? 0) < 0) cost += costs.stepBack;
    }
    return Math.max(0, cost);
  };
}

/** As `locateCosts`, to all places of the second list at once: writes them into `row`, for thousands of rows. */
export function locateCostRows(
  costs: LocateCosts,
  wraps: number,
  from: readonly TapePlace[],
  to: readonly TapePlace[],
): (from: number, row: Float32Array) => void {
  const [start, end] = [columnsOf(from, wraps), columnsOf(to, wraps)];
  const [table, single] = [kindCosts(costs), locateCosts(costs, wraps, from, to)];
  const [{ along, kind }, { length }] = [end, costs];
  const onWrap = new Map<number, number[]>();
  for (const [place, { wrap }] of to.entries()) {
    const others = onWrap.get(wrap);
    if (others) others.push(place);
    else onWrap.set(wrap, [place]);
  }
  return (one, row) => {
    const here = start.along[one] ?? 0;
    const first = (start.kind[one] ?? 0) * KINDS;
    // Nothing is decided here: each of millions of steps is a look into a table and a difference.
    for (let other = 0; other < along.length; other += 1) {
      const cost = (table[first + (kind[other] ?? 0)] ?? 0) + length * Math.abs((along[other] ?? 0) - here);
      row[other] = Math.max(cost, 0);
    }
    for (const other of onWrap.get(start.wrap[one] ?? 0) ?? []) row[other] = single(one, other);
  };
}

/** Everything but the way, between two kinds of places that are on different wraps. */
function kindCosts({ constant, wrap, band, landingZone, direction }: LocateCosts): Float64Array {
  return Float64Array.from({ length: KINDS * KINDS }, (_, pair) => {
    const [from, to] = [kindFacts(Math.floor(pair / KINDS)), kindFacts(pair % KINDS)];
    let cost = constant + wrap;
    if (from.band !== to.band) cost += band;
    if (from.direction !== to.direction) cost += direction;
    if (from.zone !== to.zone) cost += landingZone;
    return cost;
  });
}

function kindFacts(kind: number) {
  return { band: kind >> 2, direction: (kind >> 1) & 1, zone: kind & 1 };
}

function columnsOf(places: readonly TapePlace[], wraps: number) {
  const perBand = Math.max(1, Math.ceil(wraps / BANDS));
  const kindOf = ({ wrap, along }: TapePlace) => {
    const band = Math.min(BANDS - 1, Math.floor(wrap / perBand));
    return (band << 2) | (runsForward(wrap) ? 0 : 2) | (along < 0.5 ? 0 : 1);
  };
  const { length } = places;
  const columns = {
    wrap: new Int32Array(length),
    along: new Float64Array(length),
    direction: new Int32Array(length),
    kind: new Uint8Array(length),
  };
  for (const [at, place] of places.entries()) {
    columns.wrap[at] = place.wrap;
    columns.along[at] = place.along;
    columns.direction[at] = runsForward(place.wrap) ? 1 : -1;
    columns.kind[at] = kindOf(place);
  }
  return columns;
}
