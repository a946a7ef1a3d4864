// What a host does with the memory that it has between a source and a drive.
import { libraryUrl } from '../harness/library.mjs';

const { LEAST_PACED_BYTES, planSlabs, RUN_DRY_MS } = await import(libraryUrl('tape/stream/memory/memory.js'));
const { paceAt } = await import(libraryUrl('tape/stream/write/write-pace.js'));

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

/**
 * The write stream with these options, to a drive of these speeds.
 * @param {{ speeds: readonly number[] }} facts of the drive
 * @returns {Policy}
 */
export function writeStream(bufferBytes, { speeds }, startThreshold) {
  const { slabBytes, count } = planSlabs(bufferBytes, RECORD);
  const threshold = startThreshold ?? slabBytes * count * DEFAULT_START;
  const start = Math.min(count, Math.max(1, Math.ceil(threshold / slabBytes)));
  const range = { lowest: speeds[0], highest: speeds.at(-1) };
  const pace = bufferBytes < LEAST_PACED_BYTES ? undefined : (level) => paceAt(level, range);
  return { unit: slabBytes, units: count, start, gathersAfter: RUN_DRY_MS / 1000, pace };
}
