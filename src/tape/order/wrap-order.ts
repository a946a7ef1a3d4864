import {
  type LocateCosts,
  locateCostRows,
  locateCosts,
  planTour,
  runsForward,
  START,
  type TapePlace,
  type TourCost,
  type TourRow,
  tourCost,
  type WrapMap,
} from '../../scsi/index.js';
import type { ObjectRange } from './locations.js';

/** Seconds of going from place to place, as the costs have it. */
export interface OrderEstimate {
  readonly seconds: number;
  /** The same in the order of the request. */
  readonly inRequestOrder: number;
}

/** Where the tape stands, and how its wraps lie. */
export interface TapeGeometry {
  readonly map: WrapMap;
  /** Wraps of the whole tape. */
  readonly wraps: number;
  readonly costs: LocateCosts;
  readonly from: { readonly partition: number; readonly object: number };
}

interface Places {
  readonly begins: readonly TapePlace[];
  readonly cost: TourCost;
  readonly row: () => TourRow;
}

/** The order with the least cost that is found; undefined if the place of an object is not known. */
export function wrapOrder(ranges: readonly ObjectRange[], geometry: TapeGeometry): number[] | undefined {
  const places = placesOf(ranges, geometry);
  return places && planTour(ranges.length, places.cost, sweeps(places.begins), places.row());
}

export function estimateOf(
  ranges: readonly ObjectRange[],
  order: readonly number[],
  geometry: TapeGeometry,
): OrderEstimate | undefined {
  const cost = placesOf(ranges, geometry)?.cost;
  if (cost === undefined) return undefined;
  return { seconds: tourCost(order, cost), inRequestOrder: tourCost([...ranges.keys()], cost) };
}

function placesOf(ranges: readonly ObjectRange[], { map, wraps, costs, from }: TapeGeometry): Places | undefined {
  const here = map.placeOf(from.partition, from.object);
  const begins = ranges.flatMap(({ partition, first }) => map.placeOf(partition, first) ?? []);
  const ends = ranges.flatMap(({ partition, last }) => map.placeOf(partition, last + 1) ?? []);
  if (here === undefined || begins.length < ranges.length || ends.length < ranges.length) return undefined;
  const starts = [...ends, here];
  const indexOf = (start: number) => (start === START ? ends.length : start);
  const between = locateCosts(costs, wraps, starts, begins);
  return {
    begins,
    cost: (start, to) => between(indexOf(start), to),
    row: () => {
      const fill = locateCostRows(costs, wraps, starts, begins);
      return (start, row) => fill(indexOf(start), row);
    },
  };
}

/** Down the tape on the wraps that run that way and back on the others, and the other way round. */
function sweeps(places: readonly TapePlace[]): number[][] {
  const along = (at: number) => places[at]?.along ?? 0;
  const all = [...places.keys()];
  const out = all.filter((at) => runsForward(places[at]?.wrap ?? 0)).sort((one, other) => along(one) - along(other));
  const back = all.filter((at) => !runsForward(places[at]?.wrap ?? 0)).sort((one, other) => along(other) - along(one));
  return [
    [...out, ...back],
    [...back, ...out],
  ];
}
