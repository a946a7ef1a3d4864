/**
 * An order of visits with a small total cost. The cost of going from one place to another need not be that of the way
 * back. Pure and repeatable: a bounded number of steps, no clock and no chance.
 */

/** Cost of going from the place `from`, or from the start if that is `START`, to the place `to`. */
export type TourCost = (from: number, to: number) => number;

export const START = -1;

/** Nearest predecessors that a visit may be moved behind. */
const NEAREST = 12;
/** Tours up to this length are improved by moving stretches of any length to any place. */
const SHORT = 64;
/** Longest stretch that is moved in a longer tour. */
const LONGEST_STRETCH = 3;
const MOST_ROUNDS = 24;
/** Costs that differ by less are equal. */
const EPSILON = 1e-9;

/** The order in which `count` places are visited: the cheapest of the proposals and a greedy one, improved. */
export function planTour(count: number, cost: TourCost, proposals: readonly (readonly number[])[] = []): number[] {
  if (count < 2) return Array.from({ length: count }, (_, place) => place);
  const table = new CostTable(count, cost);
  const tours = [greedy(table), ...proposals.map((proposal) => [...proposal])];
  if (count > SHORT) {
    const best = tours.reduce((one, other) => (table.total(other) < table.total(one) ? other : one));
    return improveLong(best, table);
  }
  const improved = tours.map((tour) => improveShort(tour, table));
  return improved.reduce((one, other) => (table.total(other) < table.total(one) ? other : one));
}

/** Cost of a whole order. */
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
  readonly count: number;
  /** Row of each place from which the others are reached; the last row is that of the start. */
  readonly costs: Float32Array;

  constructor(count: number, cost: TourCost) {
    this.count = count;
    this.costs = new Float32Array((count + 1) * count);
    for (let from = START; from < count; from += 1) {
      const row = this.row(from);
      for (let to = 0; to < count; to += 1) if (from !== to) this.costs[row + to] = cost(from, to);
    }
  }

  /** Where the row of a place begins. */
  row(from: number): number {
    return (from === START ? this.count : from) * this.count;
  }

  /** 0 where the tour ends. */
  between(from: number, to: number | undefined): number {
    return to === undefined || to === START ? 0 : (this.costs[this.row(from) + to] ?? 0);
  }

  total(order: readonly number[]): number {
    return tourCost(order, (from, to) => this.between(from, to));
  }
}

function greedy(table: CostTable): number[] {
  const { costs, count } = table;
  const left = Int32Array.from({ length: count }, (_, place) => place);
  const order: number[] = [];
  let from = START;
  for (let end = count; end > 0; end -= 1) {
    const row = table.row(from);
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let at = 0; at < end; at += 1) {
      const cost = costs[row + (left[at] ?? 0)] ?? 0;
      if (cost >= least) continue;
      least = cost;
      best = at;
    }
    from = left[best] ?? 0;
    left[best] = left[end - 1] ?? 0;
    order.push(from);
  }
  return order;
}

/** Moves stretches of any length to any place until nothing gets cheaper. */
function improveShort(tour: readonly number[], table: CostTable): number[] {
  let order = [...tour];
  for (let round = 0; round < MOST_ROUNDS * SHORT; round += 1) {
    const better = betterMove(order, table);
    if (better === undefined) return order;
    order = better;
  }
  return order;
}

/** The order after the move that saves most; swaps the neighbouring stretches [from, middle) and [middle, to). */
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

/** Moves short stretches behind one of the places from which they are reached soonest. */
function improveLong(tour: readonly number[], table: CostTable): number[] {
  const chain = new Chain(tour);
  const nearest = nearestPredecessors(table);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    let moved = false;
    for (const place of tour) moved = moveStretch(chain, place, nearest, table) || moved;
    if (!moved) break;
  }
  return chain.toArray();
}

function moveStretch(chain: Chain, first: number, nearest: readonly Int32Array[], table: CostTable): boolean {
  let last = first;
  for (let length = 1; length <= LONGEST_STRETCH; length += 1) {
    const before = chain.before(first);
    const behind = chain.after(last);
    const freed = table.between(before, first) + table.between(last, behind) - table.between(before, behind);
    for (const to of nearest[first] ?? []) {
      if (to === before || chain.isWithin(to, first, length)) continue;
      const next = chain.after(to);
      const added = table.between(to, first) + table.between(last, next) - table.between(to, next);
      if (freed - added <= EPSILON * 1e3) continue;
      chain.move(first, last, to);
      return true;
    }
    if (behind === START) return false;
    last = behind;
  }
  return false;
}

/** For each place the places, or the start, from which it is reached soonest. */
function nearestPredecessors({ count, costs }: CostTable): Int32Array[] {
  const places = Array.from({ length: count }, () => new Int32Array(NEAREST).fill(START));
  const least = new Float32Array(count * NEAREST).fill(Number.POSITIVE_INFINITY);
  // Row by row, as they lie in memory.
  for (let from = 0; from <= count; from += 1) {
    for (let to = 0; to < count; to += 1) {
      const cost = costs[from * count + to] ?? 0;
      const end = (to + 1) * NEAREST;
      if (from === to || cost >= (least[end - 1] ?? 0)) continue;
      insert(places[to] ?? new Int32Array(0), least.subarray(end - NEAREST, end), from === count ? START : from, cost);
    }
  }
  return places;
}

/** Keeps both lists in the order of the costs. */
function insert(places: Int32Array, costs: Float32Array, place: number, cost: number): void {
  let at = NEAREST - 1;
  for (; at > 0 && (costs[at - 1] ?? 0) > cost; at -= 1) {
    places[at] = places[at - 1] ?? 0;
    costs[at] = costs[at - 1] ?? 0;
  }
  places[at] = place;
  costs[at] = cost;
}

/** A tour in which a stretch is moved at once. `START` stands before the first place and after the last one. */
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

  /** Moves the stretch from `first` to `last` behind `to`, which is not in it. */
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
