import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CAUTIOUS_LOCATE_COSTS,
  DEFAULT_LOCATE_COSTS,
  type LocateCosts,
  locateCostRows,
  locateCosts,
  planTour,
  START,
  type TapePlace,
  type TourCost,
  tourCost,
  WrapMap,
} from '../../src/scsi/index.js';
import { speedFacts } from '../../src/virtual/index.js';
import { windingSeconds } from '../../src/virtual/path/winding.js';

const WRAPS = 280;

/** The least cost of all orders, by dynamic programming over sets (Held and Karp). */
function leastCost(count: number, cost: TourCost): number {
  const sets = 2 ** count;
  const costs = Float64Array.from({ length: count * count }, (_, at) => cost(Math.floor(at / count), at % count));
  const least = new Float64Array(sets * count).fill(Number.POSITIVE_INFINITY);
  for (let to = 0; to < count; to += 1) least[2 ** to * count + to] = cost(START, to);
  for (let set = 1; set < sets; set += 1) {
    for (let from = 0; from < count; from += 1) {
      const here = least[set * count + from] ?? Number.POSITIVE_INFINITY;
      if (here === Number.POSITIVE_INFINITY) continue;
      for (let to = 0; to < count; to += 1) {
        if ((set >> to) & 1) continue;
        const at = (set | (1 << to)) * count + to;
        least[at] = Math.min(least[at] ?? 0, here + (costs[from * count + to] ?? 0));
      }
    }
  }
  return Math.min(...least.subarray((sets - 1) * count));
}

const BEGINNING = { wrap: 0, along: 0 };

/** Costs between short files at these places, from the beginning of the tape. */
function costOf(places: readonly TapePlace[], costs: LocateCosts = DEFAULT_LOCATE_COSTS): TourCost {
  const between = locateCosts(costs, WRAPS, [...places, BEGINNING], places);
  return (from, to) => between(from === START ? places.length : from, to);
}

/** The same in the virtual LTO-9 drive. */
function windingOf(places: readonly TapePlace[]): TourCost {
  const { winding } = speedFacts('lto9');
  if (winding === undefined) throw new Error('LTO-9 takes no time to wind');
  return (from, to) => windingSeconds(winding, places[from] ?? BEGINNING, places[to] ?? BEGINNING);
}

/** From each place to the nearest that is left. */
function nearestFirst(count: number, cost: TourCost): number[] {
  const left = new Set(Array.from({ length: count }, (_, at) => at));
  const order: number[] = [];
  let from = START;
  while (left.size > 0) {
    from = [...left].reduce((one, other) => (cost(from, other) < cost(from, one) ? other : one));
    left.delete(from);
    order.push(from);
  }
  return order;
}

/** As files on a full tape are: everywhere as likely. */
const anywhere = fc.noBias(
  fc.record({
    wrap: fc.integer({ min: 0, max: WRAPS - 1 }),
    along: fc.integer({ min: 0, max: 9999 }).map((part) => part / 10_000),
  }),
);

const place = fc.record({
  wrap: fc.integer({ min: 0, max: WRAPS - 1 }),
  along: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('a tour', () => {
  it('visits each place once', () => {
    fc.assert(
      fc.property(fc.array(place, { maxLength: 120 }), (places) => {
        const order = planTour(places.length, costOf(places));
        expect([...order].sort((one, other) => one - other)).toEqual([...places.keys()]);
      }),
      { numRuns: 60 },
    );
  });

  it('of ten places costs at most a tenth more than the best one', () => {
    fc.assert(
      fc.property(fc.array(place, { minLength: 10, maxLength: 10 }), (places) => {
        const cost = costOf(places);
        expect(tourCost(planTour(10, cost), cost)).toBeLessThanOrEqual(1.1 * leastCost(10, cost) + 1e-3);
      }),
      { numRuns: 60, seed: 22 },
    );
  });

  it('of twelve random places on a drive of unknown costs is close to the best one, on two drives that differ', () => {
    fc.assert(
      fc.property(fc.array(anywhere, { minLength: 12, maxLength: 12 }), (places) => {
        const order = planTour(12, costOf(places, CAUTIOUS_LOCATE_COSTS));
        for (const cost of [costOf(places), windingOf(places)]) {
          expect(tourCost(order, cost)).toBeLessThanOrEqual(1.1 * leastCost(12, cost) + 1e-3);
        }
      }),
      { numRuns: 20, seed: 22 },
    );
  });

  it('of hundreds of places is cheaper than going to the nearest', () => {
    fc.assert(
      fc.property(fc.array(place, { minLength: 200, maxLength: 200 }), (places) => {
        const cost = costOf(places);
        expect(tourCost(planTour(200, cost), cost)).toBeLessThan(tourCost(nearestFirst(200, cost), cost));
      }),
      { numRuns: 5, seed: 22 },
    );
  });

  it('is never dearer than what is proposed', () => {
    fc.assert(
      fc.property(fc.array(place, { minLength: 2, maxLength: 100 }), (places) => {
        const cost = costOf(places);
        const proposal = [...places.keys()];
        expect(tourCost(planTour(places.length, cost, [proposal]), cost)).toBeLessThanOrEqual(
          tourCost(proposal, cost) * (1 + 1e-5),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('the cost of a LOCATE', () => {
  const wraps = fc.integer({ min: 1, max: WRAPS });
  // Few wraps and places along them, so that many are alike.
  const near = fc.record({ wrap: fc.nat(9), along: fc.constantFrom(0, 0.25, 0.5, 0.75, 1) });

  it('is the sum of what differs', () => {
    fc.assert(
      fc.property(wraps, fc.array(near, { minLength: 1, maxLength: 9 }), (all, any) => {
        const places = any.map(({ wrap, along }) => ({ wrap: wrap % all, along }));
        const cost = locateCosts(DEFAULT_LOCATE_COSTS, all, places, places);
        const fill = locateCostRows(DEFAULT_LOCATE_COSTS, all, places, places);
        const row = new Float32Array(places.length);
        for (const [from, one] of places.entries()) {
          fill(from, row);
          for (const [to, other] of places.entries()) {
            const sum = sumOf(all, one, other);
            expect(cost(from, to)).toBeCloseTo(sum, 9);
            expect(row[to]).toBeCloseTo(sum, 4);
          }
        }
      }),
    );
  });
});

/** Term by term. */
function sumOf(wraps: number, from: TapePlace, to: TapePlace): number {
  const { constant, wrap, band, landingZone, direction, stepBack, length } = DEFAULT_LOCATE_COSTS;
  const bandOf = (place: TapePlace) => Math.floor(place.wrap / Math.ceil(wraps / 4));
  const way = to.along - from.along;
  const isForward = to.wrap % 2 === 0;
  const terms = [
    constant,
    length * Math.abs(way),
    from.along < 0.5 === to.along < 0.5 ? 0 : landingZone,
    from.wrap === to.wrap ? 0 : wrap,
    bandOf(from) === bandOf(to) ? 0 : band,
    from.wrap % 2 === to.wrap % 2 ? 0 : direction,
    from.wrap === to.wrap && (isForward ? way < 0 : way > 0) ? stepBack : 0,
  ];
  return Math.max(
    0,
    terms.reduce((sum, term) => sum + term, 0),
  );
}

describe('the place of an object', () => {
  // Two wraps of 100 objects, and a third with 50 so far; a second partition with one wrap.
  const map = new WrapMap([
    { wrap: 0, partition: 0, logicalObject: 100 },
    { wrap: 1, partition: 0, logicalObject: 200 },
    { wrap: 2, partition: 0, logicalObject: 250 },
    { wrap: 6, partition: 1, logicalObject: 40 },
  ]);

  it('goes up the tape on even wraps, and down on odd ones', () => {
    expect(map.placeOf(0, 0)).toEqual({ wrap: 0, along: 0 });
    expect(map.placeOf(0, 25)).toEqual({ wrap: 0, along: 0.25 });
    expect(map.placeOf(0, 100)).toEqual({ wrap: 1, along: 1 });
    expect(map.placeOf(0, 175)).toEqual({ wrap: 1, along: 0.25 });
  });

  it('on the last wrap is told by the size of the others', () => {
    expect(map.placeOf(0, 225)).toEqual({ wrap: 2, along: 0.25 });
    expect(map.placeOf(0, 250)).toEqual({ wrap: 2, along: 0.5 });
    expect(map.placeOf(0, 9999)).toEqual({ wrap: 2, along: 1 });
  });

  it('is of its own partition', () => {
    expect(map.placeOf(1, 10)).toEqual({ wrap: 6, along: 0.25 });
    expect(map.placeOf(2, 0)).toBeUndefined();
  });
});
