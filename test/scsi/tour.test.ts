import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_LOCATE_COSTS,
  locateCost,
  planTour,
  START,
  type TapePlace,
  type TourCost,
  tourCost,
  WrapMap,
} from '../../src/scsi/index.js';

const WRAPS = 280;

/** The least cost of all orders, by dynamic programming over sets (Held and Karp). */
function leastCost(count: number, cost: TourCost): number {
  const sets = 2 ** count;
  const least = new Float64Array(sets * count).fill(Number.POSITIVE_INFINITY);
  for (let to = 0; to < count; to += 1) least[2 ** to * count + to] = cost(START, to);
  for (let set = 1; set < sets; set += 1) {
    for (let from = 0; from < count; from += 1) {
      const here = least[set * count + from] ?? Number.POSITIVE_INFINITY;
      if (here === Number.POSITIVE_INFINITY) continue;
      for (let to = 0; to < count; to += 1) {
        if ((set >> to) & 1) continue;
        const at = (set | (1 << to)) * count + to;
        least[at] = Math.min(least[at] ?? 0, here + cost(from, to));
      }
    }
  }
  return Math.min(...least.subarray((sets - 1) * count));
}

/** Costs between short files at these places, from the beginning of the tape. */
function costOf(places: readonly TapePlace[]): TourCost {
  const beginning = { wrap: 0, along: 0 };
  return (from, to) => locateCost(DEFAULT_LOCATE_COSTS, WRAPS, places[from] ?? beginning, places[to] ?? beginning);
}

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
