import { recordingSpeeds } from '../../../scsi/generations/drives.js';

/** How fast a drive can record, bytes a second. */
export interface SpeedRange {
  readonly lowest: number;
  readonly highest: number;
}

/** So much of the memory is kept full for the source's pauses before the drive is given more than it has to have. */
const KEPT_LEVEL = 0.5;
/** From here on the memory is as good as full: the source would have to wait. */
const FULL_LEVEL = 0.95;

/**
 * Bytes a second that a drive is to be given while that part of the memory, 0 to 1, is full. A drive that gets data in
 * bursts records at its highest speed and runs dry in every pause; given no more than its lowest speed while less than
 * half is held, and more in proportion above that, it goes on through the pauses.
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

  /** Milliseconds to wait before bytes may be sent while that part of the memory is full; 0 for none. */
  wait(now: number, level: number): number {
    return level >= FULL_LEVEL ? 0 : Math.max(0, this.#next - now);
  }

  sent(now: number, bytes: number, level: number): void {
    // Counted from when they were due: a timer that comes late must not slow the drive down.
    const due = Math.max(this.#next, now - LATENESS_MS);
    this.#next = due + (bytes / paceAt(level, this.#speeds)) * 1000;
  }
}

/** A timer that is later than this has given the drive a pause that is not made up for. */
const LATENESS_MS = 200;

/** Of drives of a generation; undefined where that is not known. */
export function speedRange(generation: number | undefined): SpeedRange | undefined {
  const speeds = recordingSpeeds(generation);
  const [lowest] = speeds;
  const highest = speeds.at(-1);
  return lowest === undefined || highest === undefined ? undefined : { lowest, highest };
}
