import { recordingSpeeds } from '../../../scsi/generations/drives.js';

/** Recording speeds of a drive in bytes per second. */
export interface SpeedRange {
  readonly lowest: number;
  readonly highest: number;
}

/** Level kept for the source's pauses before the drive gets more than its lowest speed. */
const KEPT_LEVEL = 0.5;
/** Level at which the memory counts as full: the source would have to wait. */
const FULL_LEVEL = 0.95;

/**
 * Bytes per second to send to a drive at a buffer level from 0 to 1. A drive that gets data in bursts records at its
 * highest speed and stops in every pause. Given only its lowest speed below half the buffer, and proportionally more
 * above, it streams through the pauses.
 */
export function paceAt(level: number, { lowest, highest }: SpeedRange): number {
  if (level >= FULL_LEVEL) return Number.POSITIVE_INFINITY;
  return lowest + (highest - lowest) * Math.max(0, (level - KEPT_LEVEL) / (FULL_LEVEL - KEPT_LEVEL));
}

/** When the next bytes may go to the drive. Times are milliseconds of `performance.now()`. */
export class WritePace {
  readonly #speeds: SpeedRange;
  #next = 0;

  constructor(speeds: SpeedRange) {
    this.#speeds = speeds;
  }

  /** Milliseconds to wait before bytes may be sent at a buffer level; 0 for none. */
  wait(now: number, level: number): number {
    return level >= FULL_LEVEL ? 0 : Math.max(0, this.#next - now);
  }

  sent(now: number, bytes: number, level: number): void {
    // Counted from the due time: a late timer must not slow the drive down.
    const due = Math.max(this.#next, now - LATENESS_MS);
    this.#next = due + (bytes / paceAt(level, this.#speeds)) * 1000;
  }
}

/** A delay beyond this is a pause of the drive, which is not made up for. */
const LATENESS_MS = 200;

/** Speed range of a generation's drives; undefined if unknown. */
export function speedRange(generation: number | undefined): SpeedRange | undefined {
  const speeds = recordingSpeeds(generation);
  const [lowest] = speeds;
  const highest = speeds.at(-1);
  return lowest === undefined || highest === undefined ? undefined : { lowest, highest };
}
