// How much memory streams hold, how it is divided into slabs, and when the event loop is woken.

import type { SlabSource } from './spare-slabs.js';

const MIB = 1024 * 1024;

/** The largest record that is read if the drive does not report its limit: READ(6) has a 24-bit length. */
export const LARGEST_OFFER = 16 * MIB;
/** Upper limit of `bufferBytes`: a larger value is a mistake, and mmap would accept it until memory runs out. */
export const LARGEST_BUFFER = 64 * 1024 * MIB;

/** A drive's own buffer is many times as large, and a larger working set would not fit the processor's cache. */
export const DEFAULT_WRITE_BUFFER = 32 * MIB;
/** A part is read ahead; the rest is with the consumer or awaits garbage collection. */
export const DEFAULT_READ_BUFFER = 32 * MIB;

/** The tape starts when this part of the write buffer is full. */
export const DEFAULT_START = 3 / 4;
/** The event loop is woken when this part of the write buffer is on tape, not for each slab. */
export const WAKE_PART = 1 / 4;
/** While data for this many calls is in flight, small pieces are gathered into one call. */
export const BUSY_CALLS = 2;
/** After this many milliseconds without data any drive's buffer is empty and the tape has stopped. */
export const RUN_DRY_MS = 3000;
/** With less memory than a drive's own buffer, pacing avoids no stop and costs speed. */
export const LEAST_PACED_BYTES = 1024 * MIB;
/** Bytes in the drive's queue while writing is paced: a tenth of a second of the fastest drive. */
export const PACED_QUEUE_BYTES = 40 * MIB;

/** Part of the read memory for read-ahead; the rest is for chunks held by the consumer. */
export const AHEAD_PART = 1 / 4;
/** The same if the consumer returns chunks at once. */
export const AHEAD_PART_REUSING = 1 / 2;
/**
 * Chunks are collected as garbage once this many bytes were lent: a small working set stays in the processor's cache, and
 * V8 begins to mark its whole heap where outside memory has grown by 16 MiB since it last did.
 */
export const COLLECTED_BYTES = 8 * MIB;
/** The event loop turns once per this many bytes, which returns what was collected. */
export const TURN_BYTES = 4 * MIB;
/** Reading wakes the event loop once per this many bytes; a larger value means a working set beyond the cache. */
export const WAKE_BYTES = 8 * MIB;

/** Division of a stream's memory into slabs. */
export interface SlabPlan {
  readonly slabBytes: number;
  readonly count: number;
}

/** A call to the addon and a wake-up of the event loop cost more than a record, so each slab is one call. */
export const LARGEST_SLAB = 4 * MIB;
/**
 * Slabs of read streams whose consumer is not known to release its chunks. The larger a chunk, the more memory is kept by a
 * consumer that counts its chunks.
 */
export const READ_SLAB = MIB;
/** With fewer slabs, a larger part of the memory waits for the slowest one. */
const FEWEST_SLABS = 8;

/**
 * Divides `bufferBytes` into slabs of whole units (one record or more): an eighth of the memory each, at most `largest`
 * (4 MiB by default) unless a unit is larger.
 */
export function planSlabs(bufferBytes: number, unit: number, largest = LARGEST_SLAB): SlabPlan {
  const wanted = Math.min(largest, bufferBytes / FEWEST_SLABS);
  const slabBytes = Math.max(1, Math.floor(wanted / unit)) * unit;
  return { slabBytes, count: Math.max(2, Math.floor(bufferBytes / slabBytes)) };
}

/**
 * A fixed number of equal slabs of page-aligned memory, which bounds the memory of a stream whatever its source does.
 * Each is allocated when first needed; the most recently returned one is used first.
 */
export class SlabRing {
  readonly slabBytes: number;
  readonly #source: SlabSource;
  readonly #free: Uint8Array[] = [];
  #unmade: number;
  #isClosed = false;

  constructor(source: SlabSource, { slabBytes, count }: SlabPlan) {
    this.slabBytes = slabBytes;
    this.#source = source;
    this.#unmade = count;
  }

  /** A free slab, if there is one. */
  take(): Uint8Array | undefined {
    const free = this.#free.pop();
    if (free !== undefined || this.#unmade === 0) return free;
    this.#unmade -= 1;
    return this.#source.take(this.slabBytes);
  }

  release(slab: Uint8Array): void {
    if (this.#isClosed) this.#source.give(slab);
    else this.#free.push(slab);
  }

  /** Gives the slabs back, those still in use once they are released. None is taken any more. */
  close(): void {
    this.#isClosed = true;
    this.#unmade = 0;
    for (const slab of this.#free.splice(0)) this.#source.give(slab);
  }
}
