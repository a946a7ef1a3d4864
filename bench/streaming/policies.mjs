// What a host does with the memory that it has between a source and a drive.
import { libraryUrl } from '../harness/library.mjs';

const { planSlabs } = await import(libraryUrl('tape/slab-ring.js'));

const MIB = 2 ** 20;
const RECORD = 256 * 1024;
/** Default start threshold of the write stream, as a part of its memory. */
const DEFAULT_START = 3 / 4;

/**
 * @typedef {object} Policy
 * @property {number} unit bytes that are handed to the drive at once
 * @property {number} units how many of them fit in memory
 * @property {number} start how many are gathered before the first, and again after a starvation
 * @property {number} gathersAfter seconds without data that count as a starvation
 * @property {(level: number) => number} [pace] bytes a second that the drive is given while that part of memory is full
 */

/** A pipe: whatever is there goes to the drive at once. @returns {Policy} */
export function plainPipe(memory) {
  const unit = Math.min(MIB, memory);
  return { unit, units: Math.floor(memory / unit), start: 1, gathersAfter: Number.POSITIVE_INFINITY };
}

/** The write stream with these options. @returns {Policy} */
export function writeStream(bufferBytes, startThreshold) {
  const { slabBytes, count } = planSlabs(bufferBytes, RECORD);
  const threshold = startThreshold ?? slabBytes * count * DEFAULT_START;
  const start = Math.min(count, Math.max(1, Math.ceil(threshold / slabBytes)));
  return { unit: slabBytes, units: count, start, gathersAfter: 0 };
}

/**
 * Gives the drive no more than it has to have: its lowest speed while memory is less than half full, then in proportion
 * up to its highest, so that half of the memory is kept for the source's pauses. Gathers anew only when the drive must
 * have run dry.
 * @param {{ speeds: readonly number[] }} facts of the drive
 * @returns {Policy}
 */
export function paced(memory, { speeds }) {
  const [lowest] = speeds;
  const highest = speeds.at(-1);
  const unit = Math.min(4 * MIB, memory / 16);
  const units = Math.floor(memory / unit);
  const pace = (level) => {
    if (level >= 0.95) return Number.POSITIVE_INFINITY;
    return lowest + (highest - lowest) * Math.max(0, (level - 0.5) / 0.45);
  };
  return { unit, units, start: Math.ceil(units * 0.75), gathersAfter: 3, pace };
}
