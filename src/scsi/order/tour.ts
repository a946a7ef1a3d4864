/**
 * Finds an order of visits with a small total cost. Costs may differ between the two directions. Deterministic: a
 * bounded number of steps, no clock and no random numbers.
 */

/** Cost of going from `from` (a place, or `START`) to the place `to`. */
export type TourCost = (from: number, to: number) => number;

/** Writes the costs from a place, or the start, to all places. */
export type TourRow = (from: number, row: Float32Array) => void;

export const START = -1;

/** Number of nearest predecessors that are tried for each visit. */
const NEAREST = 12;
/** Tours up to this length are improved by moving sections of any length to any place. */
const SHORT = 64;
/** Longest section that is moved in a longer tour. */
const LONGEST_STRETCH = 6;
const MOST_ROUNDS = 24;
/** Costs that differ by less count as equal. */
const EPSILON = 1e-9;

/**
 * The order in which `count` places are visited: the cheapest of the proposals and a greedy one, improved. `fill` says the
 * same as `cost`, faster.
 */
export function planTour(
  count: number,
  cost: TourCost,
  proposals: readonly (readonly number[])[] = [],
  fill: TourRow = rowsOf(count, cost),
): number[] {
  if (count < 2) return Array.from({ length: count }, (_, place) => place);
  if (count > SHORT) return planLong(count, cost, proposals, fill);
  const table = new CostTable(count, fill);
  const tours = [greedy(count, (from) => table.rowOf(from)), ...proposals.map((proposal) => [...proposal])];
  return cheapest(
    tours.map((tour) => improveShort(tour, table)),
    (from, to) => table.between(from, to),
  );
}

/** Keeps no table of all costs, which for thousands of places takes longer to fill than to do without. */
function planLong(count: number, cost: TourCost, proposals: readonly (readonly number[])[], fill: TourRow): number[] {
  const nearest = new NearestPredecessors(count);
  const row = new Float32Array(count);
  const first = greedy(count, (from) => {
    fill(from, row);
    nearest.add(from, row);
    return row;
  });
  return improveLong(cheapest([first, ...proposals], cost), cost, nearest);
}

function cheapest(tours: readonly (readonly number[])[], cost: TourCost): number[] {
  const totals = tours.map((tour) => tourCost(tour, cost));
  return [...(tours[totals.indexOf(Math.min(...totals))] ?? [])];
}

function rowsOf(count: number, cost: TourCost): TourRow {
  return (from, row) => {
    for (let to = 0; to < count; to += 1) if (from !== to) row[to] = cost(from, to);
  };
}

/** Total cost of an order. */
export function tourCost(order: readonly number[], cost: TourCost): number {
  let total = 0;
  let from = START;
  for (const to of order) {
    total += cost(from, to);
    from = to;
  }
  return total;
}

class CostTable {
  readonly #count: number;
  /** A row of costs for each place to start from; the last row is for `START`. */
  readonly #costs: Float32Array;

  constructor(count: number, fill: TourRow) {
    this.#count = count;
    this.#costs = new Float32Array((count + 1) * count);
    for (let from = START; from < count; from += 1) fill(from, this.rowOf(from));
  }

  rowOf(from: number): Float32Array {
    const begin = (from === START ? this.#count : from) * this.#count;
    return this.#costs.subarray(begin, begin + this.#count);
  }

  /** 0 at the end of the tour. */
  between(from: number, to: number | undefined): number {
    if (to === undefined || to === START) return 0;
    return this.#costs[(from === START ? this.#count : from) * this.#count + to] ?? 0;
  }
}

/** From each place to the nearest that is left. `rowOf` is called once for each place, and for the start. */
function greedy(count: number, rowOf: (from: number) => Float32Array): number[] {
  const left = Int32Array.from({ length: count }, (_, place) => place);
  const order: number[] = [];
  let from = START;
  for (let end = count; end > 0; end -= 1) {
    const row = rowOf(from);
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let at = 0; at < end; at += 1) {
      const cost = row[left[at] ?? 0] ?? 0;
      if (cost >= least) continue;
      least = cost;
      best = at;
    }
    from = left[best] ?? 0;
    left[best] = left[end - 1] ?? 0;
    order.push(from);
  }
  rowOf(from);
  return order;
}

/** Moves sections of any length to any place until no move makes the tour cheaper. */
function improveShort(tour: readonly number[], table: CostTable): number[] {
  let order = [...tour];
  for (let round = 0; round < MOST_ROUNDS * SHORT; round += 1) {
    const better = betterMove(order, table);
    if (better === undefined) return order;
    order = better;
  }
  return order;
}

/** The order after the move that saves most: swaps the adjacent sections [from, middle) and [middle, to). */
function betterMove(order: readonly number[], table: CostTable): number[] | undefined {
  const before = (at: number) => (at === 0 ? START : (order[at - 1] ?? START));
  let most = EPSILON * 1e3;
  let found: readonly [number, number, number] | undefined;
  for (let from = 0; from < order.length; from += 1) {
    for (let middle = from + 1; middle < order.length; middle += 1) {
      for (let to = middle + 1; to <= order.length; to += 1) {
        const saved =
          table.between(before(from), order[from]) +
          table.between(before(middle), order[middle]) +
          table.between(before(to), order[to]) -
          table.between(before(from), order[middle]) -
          table.between(before(to), order[from]) -
          table.between(before(middle), order[to]);
        if (saved <= most) continue;
        most = saved;
        found = [from, middle, to];
      }
    }
  }
  if (found === undefined) return undefined;
  const [from, middle, to] = found;
  return [...order.slice(0, from), ...order.slice(middle, to), ...order.slice(from, middle), ...order.slice(to)];
}

const NONE: readonly number[] = [];

/** Moves short sections behind one of their nearest predecessors. */
function improveLong(tour: readonly number[], cost: TourCost, nearest: NearestPredecessors): number[] {
  const chain = new Chain(tour);
  // A section is tried again only if something beside it has changed: few have, after the first round.
  const isTried = new Uint8Array(tour.length);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    let moved = false;
    for (const place of tour) {
      if (isTried[place] === 1) continue;
      isTried[place] = 1;
      for (const beside of moveStretch(chain, place, nearest, cost)) {
        moved = true;
        if (beside !== START) isTried[beside] = 0;
      }
    }
    if (!moved) break;
  }
  return chain.toArray();
}

/** Moves a section that begins with `first`, if that helps; returns the places beside which something has changed. */
function moveStretch(chain: Chain, first: number, nearest: NearestPredecessors, cost: TourCost): readonly number[] {
  // Nothing follows the end of the tour.
  const between = (from: number, to: number) => (to === START ? 0 : cost(from, to));
  const before = chain.before(first);
  let last = first;
  for (let length = 1; length <= LONGEST_STRETCH; length += 1) {
    const behind = chain.after(last);
    const freed = between(before, first) + between(last, behind) - between(before, behind);
    for (let rank = 0; rank < NEAREST; rank += 1) {
      const to = nearest.of(first, rank);
      if (to === before || chain.isWithin(to, first, length)) continue;
      const next = chain.after(to);
      const added = between(to, first) + between(last, next) - between(to, next);
      if (freed - added <= EPSILON * 1e3) continue;
      chain.move(first, last, to);
      return [before, behind, first, last, to, next];
    }
    if (behind === START) return NONE;
    last = behind;
  }
  return NONE;
}

/** For each place, its nearest predecessors; the start can be one of them. */
class NearestPredecessors {
  readonly #places: Int32Array;
  readonly #costs: Float32Array;
  /** The highest of the costs of each place. */
  readonly #worst: Float32Array;

  constructor(count: number) {
    this.#places = new Int32Array(count * NEAREST).fill(START);
    this.#costs = new Float32Array(count * NEAREST).fill(Number.POSITIVE_INFINITY);
    this.#worst = new Float32Array(count).fill(Number.POSITIVE_INFINITY);
  }

  of(place: number, rank: number): number {
    return this.#places[place * NEAREST + rank] ?? START;
  }

  /** Adds what it costs to go from a place, or the start, to all places. */
  add(from: number, row: Float32Array): void {
    const worst = this.#worst;
    for (let to = 0; to < worst.length; to += 1) {
      if ((row[to] ?? 0) < (worst[to] ?? 0) && to !== from) this.#insert(to, from, row[to] ?? 0);
    }
  }

  /** Keeps the list of a place sorted by cost. */
  #insert(to: number, from: number, cost: number): void {
    const [places, costs, begin] = [this.#places, this.#costs, to * NEAREST];
    let at = begin + NEAREST - 1;
    for (; at > begin && (costs[at - 1] ?? 0) > cost; at -= 1) {
      places[at] = places[at - 1] ?? 0;
      costs[at] = costs[at - 1] ?? 0;
    }
    places[at] = from;
    costs[at] = cost;
    this.#worst[to] = costs[begin + NEAREST - 1] ?? 0;
  }
}

/** A tour in which moving a section takes constant time. `START` comes before the first place and after the last. */
class Chain {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;

  constructor(order: readonly number[]) {
    this.#next = new Int32Array(order.length + 1);
    this.#previous = new Int32Array(order.length + 1);
    let from = START;
    for (const place of [...order, START]) {
      this.#join(from, place);
      from = place;
    }
  }

  after(place: number): number {
    return this.#next[place + 1] ?? START;
  }

  before(place: number): number {
    return this.#previous[place + 1] ?? START;
  }

  isWithin(place: number, first: number, length: number): boolean {
    let at = first;
    for (let step = 0; step < length; step += 1) {
      if (at === place) return true;
      at = this.after(at);
    }
    return false;
  }

  /** Moves the section from `first` to `last` behind `to`, which is outside of it. */
  move(first: number, last: number, to: number): void {
    this.#join(this.before(first), this.after(last));
    const next = this.after(to);
    this.#join(to, first);
    this.#join(last, next);
  }

  toArray(): number[] {
    const order: number[] = [];
    for (let place = this.after(START); place !== START; place = this.after(place)) order.push(place);
    return order;
  }

  #join(one: number, other: number): void {
    this.#next[one + 1] = other;
    this.#previous[other + 1] = one;
  }
}
