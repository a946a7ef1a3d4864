import { type NumberRange, requireNumbers } from '../../arguments/number.js';
import { type OptionNames, requireKnownNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireOptions } from '../../arguments/options.js';
import {
  CAUTIOUS_LOCATE_COSTS,
  DEFAULT_LOCATE_COSTS,
  generationFacts,
  type LocateCosts,
  WrapMap,
} from '../../scsi/index.js';
import { readStanding } from '../motion/position.js';
import type { DrivePort } from '../port/drive-port.js';
import { driveOrder, readWrapEnds } from './drive-order.js';
import { blockOrder, objectRanges, type ReadLocation, requireLocations } from './locations.js';
import { estimateOf, type OrderEstimate, type TapeGeometry, wrapOrder } from './wrap-order.js';

export interface PlanOptions extends CallOptions {
  /**
   * Seconds that ways on the tape take in this drive. Default: the estimate is that of `DEFAULT_LOCATE_COSTS`, from one
   * laboratory, and the order that of `CAUTIOUS_LOCATE_COSTS`, which suits other drives as well.
   */
  readonly costs?: Partial<LocateCosts> | undefined;
}

export const PLAN_OPTIONS: OptionNames<PlanOptions> = { ...CALL_OPTIONS, costs: true };

/** An order in which places of the tape are reached soon. */
export interface ReadPlan {
  /** Indices of the locations, each once. */
  readonly order: readonly number[];
  /**
   * `drive`: the drive recommends it (RECOMMENDED ACCESS ORDER). `wraps`: from the wraps that the drive reports (READ END
   * OF WRAP POSITION) and the costs. `block`: as recorded.
   */
  readonly method: 'drive' | 'wraps' | 'block';
  /** Undefined if the drive does not report its wraps. */
  readonly estimate: OrderEstimate | undefined;
}

const ANY = { min: -1e6, max: 1e6, unit: 'seconds', fractions: true };
const COST_RANGES: Readonly<Record<keyof LocateCosts, NumberRange>> = {
  constant: ANY,
  wrap: ANY,
  band: ANY,
  landingZone: ANY,
  direction: ANY,
  stepBack: ANY,
  length: ANY,
};

/** See `TapeReports.planReads`. */
export async function planReads(
  port: DrivePort,
  locations: readonly ReadLocation[],
  options: PlanOptions = {},
): Promise<ReadPlan> {
  const details = { device: port.device, operation: 'plan reads' };
  requireOptions(options, details);
  requireLocations(locations, details);
  const { costs = {} } = options;
  requireOptions(costs, details);
  requireKnownNames(costs, COST_RANGES, details, 'cost');
  requireNumbers(costs, COST_RANGES, details);
  const ranges = objectRanges(locations);
  if (ranges === undefined || ranges.length === 0) return inBlocks(locations);
  const geometry = await readGeometry(port, { ...DEFAULT_LOCATE_COSTS, ...costs });
  const estimate = (order: readonly number[]) => geometry && estimateOf(ranges, order, geometry);
  const byDrive = ranges.length > 1 ? await driveOrder(port, ranges) : undefined;
  if (byDrive) return { order: byDrive, method: 'drive', estimate: estimate(byDrive) };
  const isTold = Object.keys(costs).length > 0;
  const byWraps = geometry && wrapOrder(ranges, isTold ? geometry : { ...geometry, costs: CAUTIOUS_LOCATE_COSTS });
  if (byWraps) return { order: byWraps, method: 'wraps', estimate: estimate(byWraps) };
  return inBlocks(locations);
}

function inBlocks(locations: readonly ReadLocation[]): ReadPlan {
  return { order: blockOrder(locations), method: 'block', estimate: undefined };
}

async function readGeometry(port: DrivePort, costs: LocateCosts): Promise<TapeGeometry | undefined> {
  const ends = await readWrapEnds(port);
  if (ends === undefined || ends.length === 0) return undefined;
  const { partition = 0, logicalObject = 0 } = await readStanding(port);
  // Of an unknown tape, those with data are all there are.
  const known = port.model?.generation === undefined ? undefined : generationFacts(port.model.generation)?.wraps;
  const wraps = Math.max(known ?? 0, ...ends.map(({ wrap }) => wrap + 1));
  return { map: new WrapMap(ends), wraps, costs, from: { partition, object: logicalObject } };
}
