import { LARGEST_COUNT, type NumberRange, requireNumbers } from '../../arguments/number.js';
import { requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError, type LtoErrorDetails } from '../../errors/index.js';
import { FILE_NUMBERS, LOGICAL_OBJECTS } from '../motion/motion.js';
import { PARTITIONS } from '../port/partitions.js';

/** A file, or records of one, that is to be read; a receipt is one. */
export interface ReadLocation {
  /** Number of the file; needed if `firstLogicalObject` is not known. */
  readonly fileNumber?: number | undefined;
  /** Logical object number of the first record. */
  readonly firstLogicalObject?: number | undefined;
  /** Number of records; 1 by default. */
  readonly records?: number | undefined;
  /** 0 by default. */
  readonly partition?: number | undefined;
}

/** The objects of a location. */
export interface ObjectRange {
  readonly partition: number;
  readonly first: number;
  readonly last: number;
}

const RANGES = {
  fileNumber: FILE_NUMBERS,
  firstLogicalObject: LOGICAL_OBJECTS,
  records: { min: 0, max: LARGEST_COUNT, unit: 'records' },
  partition: PARTITIONS,
} satisfies Record<string, NumberRange>;

/**
 * Throws InvalidArgumentError for anything but a list of locations that can be compared: all of them with a logical
 * object number, or all with a file number.
 */
export function requireLocations(locations: unknown, details: LtoErrorDetails): asserts locations is ReadLocation[] {
  if (!Array.isArray(locations)) throw new InvalidArgumentError('locations are a list', details);
  for (const location of locations) {
    requireRecord('a location', location, details);
    requireNumbers(location as ReadLocation, RANGES, details);
  }
  const list: ReadLocation[] = locations;
  if (list.every(({ firstLogicalObject }) => firstLogicalObject !== undefined)) return;
  if (list.every(({ fileNumber }) => fileNumber !== undefined)) return;
  throw new InvalidArgumentError('locations need `firstLogicalObject`, or `fileNumber`, in all of them', {
    ...details,
    next: 'Take both from the receipts',
  });
}

/** The objects of each location; undefined if one has no logical object number. */
export function objectRanges(locations: readonly ReadLocation[]): ObjectRange[] | undefined {
  const ranges = locations.flatMap(({ firstLogicalObject: first, records = 1, partition = 0 }) =>
    first === undefined ? [] : [{ partition, first, last: first + Math.max(1, records) - 1 }],
  );
  return ranges.length === locations.length ? ranges : undefined;
}

/** Indices of the locations in the order in which they were recorded. */
export function blockOrder(locations: readonly ReadLocation[]): number[] {
  const byObject = locations.every(({ firstLogicalObject }) => firstLogicalObject !== undefined);
  const key = (at: number) => {
    const { partition = 0, firstLogicalObject = 0, fileNumber = 0 } = locations[at] ?? {};
    return [partition, byObject ? firstLogicalObject : fileNumber] as const;
  };
  return Array.from(locations, (_, at) => at).sort((one, other) => {
    const [[partition, place], [otherPartition, otherPlace]] = [key(one), key(other)];
    return partition - otherPartition || place - otherPlace;
  });
}
