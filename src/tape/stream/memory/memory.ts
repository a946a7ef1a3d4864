// How much memory streams hold, how it is cut up, and when the event loop hears of it.

const MIB = 1024 * 1024;

/** The largest record that is read, where the drive doesn't tell its limit: READ(6) counts its bytes in 24 bits. */
export const LARGEST_OFFER = 16 * MIB;
/** What a stream may be told to hold: a larger figure is a mistake, and mmap would take it until memory runs out. */
export const LARGEST_BUFFER = 64 * 1024 * MIB;

/** A drive's own buffer is many times as large; what goes round in more memory than this leaves the processor's cache. */
export const DEFAULT_WRITE_BUFFER = 32 * MIB;
/** Twice as much: a part is with the consumer, or waits for garbage collection. */
export const DEFAULT_READ_BUFFER = 64 * MIB;

/** A tape that streams starts at this part of the write buffer. */
export const DEFAULT_START = 3 / 4;
/** The event loop is woken when this part of the write buffer is on tape, not for each slab. */
export const WAKE_PART = 1 / 4;
/** While so many calls' worth is under way, small pieces wait for others that go into the same call. */
export const BUSY_CALLS = 2;
/** A drive that got nothing for so many milliseconds has run dry whatever it held itself, and the tape stands. */
export const RUN_DRY_MS = 3000;
/** With less memory than drives have themselves, pacing saves no stop and costs speed. */
export const LEAST_PACED_BYTES = 1024 * MIB;
/** Bytes that are in the drive's queue while it is paced: a tenth of a second of the fastest drive. */
export const PACED_QUEUE_BYTES = 40 * MIB;

/** This part of the read memory is read ahead, the rest is for chunks that the consumer has. */
export const AHEAD_PART = 1 / 4;
/** And this, where the consumer gives chunks back at once. */
export const AHEAD_PART_REUSING = 1 / 2;
/** Of chunks that nobody uses any more, V8 collects no less. */
export const COLLECTED_BYTES = 32 * MIB;
/** Reading wakes the event loop once for so many bytes: the more, the more memory goes round, beyond what a cache holds. */
export const WAKE_BYTES = 8 * MIB;

/** How memory of a stream is cut up. */
export interface SlabPlan {
  readonly slabBytes: number;
  readonly count: number;
}

/** A call to the addon and a wake-up of the event loop cost more than a record: each slab is one call. */
const LARGEST_SLAB = 4 * MIB;
/** The fewer slabs, the more of the memory waits for the slowest of them. */
const FEWEST_SLABS = 8;

/**
 * Cuts `bufferBytes` into slabs of whole units, which are a record or more: an eighth of the memory each, at most
 * 4 MiB where a unit is not larger.
 */
export function planSlabs(bufferBytes: number, unit: number): SlabPlan {
  const wanted = Math.min(LARGEST_SLAB, bufferBytes / FEWEST_SLABS);
  const slabBytes = Math.max(1, Math.floor(wanted / unit)) * unit;
  return { slabBytes, count: Math.max(2, Math.floor(bufferBytes / slabBytes)) };
}

/**
 * A fixed number of equal pieces of page-aligned memory, which bounds what a stream holds whatever its source does. Each
 * is made when it is first needed; the one that came back last is used first.
 */
export class SlabRing {
  readonly slabBytes: number;
  readonly #allocate: (byteLength: number) => Uint8Array;
  readonly #free: Uint8Array[] = [];
  #unmade: number;

  constructor(allocate: (byteLength: number) => Uint8Array, { slabBytes, count }: SlabPlan) {
    this.slabBytes = slabBytes;
    this.#allocate = allocate;
    this.#unmade = count;
  }

  /** A free slab, if there is one. */
  take(): Uint8Array | undefined {
    const free = this.#free.pop();
    if (free !== undefined || this.#unmade === 0) return free;
    this.#unmade -= 1;
    return this.#allocate(this.slabBytes);
  }

  release(slab: Uint8Array): void {
    this.#free.push(slab);
  }
}
