import type { CartridgeSubject, DirectionSample, HistoryEntry } from './entry.js';
import { isSameLoad } from './sample.js';

/** The end of one load of a cartridge in a drive, as far as the history has it. */
export interface LoadPoint {
  readonly at: string;
  /** Serial number of the drive. */
  readonly drive: string | undefined;
  readonly cartridge: CartridgeSubject | undefined;
  readonly bytes: number;
  /** Rewrites and rereads for each 10^9 bytes; undefined below a gigabyte. */
  readonly retriesPerGigabyte: number | undefined;
  readonly correctedPerGigabyte: number | undefined;
  readonly uncorrected: number;
  /** Bytes of partition 0. */
  readonly capacity: number | undefined;
  readonly celsius: number | undefined;
}

const GB = 1e9;

/** One point for each load, of its last sample: the counters of a drive are since the load. */
export function loadPoints(entries: readonly HistoryEntry[]): readonly LoadPoint[] {
  const loads: HistoryEntry[] = [];
  for (const entry of entries) {
    if (entry.sample === undefined) continue;
    const at = loads.findLastIndex((other) => isOneLoad(other, entry));
    if (at < 0) loads.push(entry);
    else loads[at] = entry;
  }
  return loads.map(pointOf);
}

/** The same drive and cartridge, with no newer load of either between them: their count of loads tells. */
function isOneLoad(one: HistoryEntry, other: HistoryEntry): boolean {
  return one.drive.serial === other.drive.serial && isSameLoad(one.cartridge, other.cartridge);
}

function pointOf({ at, drive, cartridge, sample }: HistoryEntry): LoadPoint {
  const directions = [sample?.writing, sample?.reading];
  const bytes = sum(directions, 'bytes') ?? 0;
  return {
    at,
    drive: drive.serial,
    cartridge,
    bytes,
    retriesPerGigabyte: perGigabyte(sum(directions, 'retries'), bytes),
    correctedPerGigabyte: perGigabyte(sum(directions, 'corrected'), bytes),
    uncorrected: sum(directions, 'uncorrected') ?? 0,
    capacity: sample?.capacity,
    celsius: sample?.celsius,
  };
}

function sum(directions: readonly (DirectionSample | undefined)[], key: keyof DirectionSample): number | undefined {
  const counts = directions.flatMap((direction) => direction?.[key] ?? []);
  return counts.length === 0 ? undefined : counts.reduce((total, count) => total + count, 0);
}

function perGigabyte(count: number | undefined, bytes: number): number | undefined {
  return count === undefined || bytes < GB ? undefined : count / (bytes / GB);
}
