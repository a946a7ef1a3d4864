import { isLentSlab } from '../../../streams/lending-pipe.js';
import type { DriveMemory } from '../memory/drive-memory.js';
import type { WriteCallback } from './chunk-writable.js';
import { SECTOR } from './write-options.js';

/** A chunk that a source lends until its callback. */
interface Lent {
  readonly callback: WriteCallback | undefined;
  /** Whether the drive gets it from where it lies. */
  isPassed: boolean;
}

export interface ChunksInPlaceOptions {
  readonly memory: DriveMemory;
  readonly recordSize: number;
  /** Somebody waits for memory of `allocate()`. */
  readonly onWanted: () => void;
  /** Why data passed to the stream may not be on tape. */
  readonly lost: () => Promise<Error | undefined>;
}

/**
 * The chunks of a write stream that need no copy: those in memory of `allocate()`, and those in slabs that a source lends.
 * Their callback says that the drive has all of them.
 */
export class ChunksInPlace {
  readonly #options: ChunksInPlaceOptions;
  readonly #lent = new WeakMap<Uint8Array, Lent>();

  constructor(options: ChunksInPlaceOptions) {
    this.#options = options;
  }

  /** The callback for the queue of the stream, which calls it once the chunk is copied or passed on. */
  callback(chunk: Uint8Array, callback?: WriteCallback): WriteCallback | undefined {
    if (isLentSlab(chunk)) return this.#lending(chunk, callback);
    return this.#options.memory.owns(chunk) ? this.#holding(chunk, callback) : callback;
  }

  /** Whether a chunk that follows a whole record can be passed on. */
  fits(chunk: Uint8Array): boolean {
    const isWhole = chunk.length > 0 && chunk.length % this.#options.recordSize === 0;
    if (!isWhole || chunk.byteOffset % SECTOR !== 0) return false;
    return this.#lent.has(chunk) || this.#options.memory.owns(chunk);
  }

  /** Passes a chunk on: returns what to call when the drive has it. */
  pass(chunk: Uint8Array): () => void {
    const lent = this.#lent.get(chunk);
    if (lent === undefined) return this.#options.memory.hold(chunk, this.#options.onWanted);
    lent.isPassed = true;
    return () => lent.callback?.();
  }

  /** Even after a failure the source gets its memory back no sooner than the drive has done with it. */
  #lending(chunk: Uint8Array, callback?: WriteCallback): WriteCallback {
    const lent: Lent = { callback, isPassed: false };
    this.#lent.set(chunk, lent);
    return (error) => {
      if (!lent.isPassed) callback?.(error);
    };
  }

  /** Holds memory of `allocate()` from here on: the Writable may queue the chunk before `_write`. */
  #holding(chunk: Uint8Array, callback?: WriteCallback): WriteCallback {
    const { memory, onWanted, lost } = this.#options;
    const release = memory.hold(chunk, onWanted);
    return (error) => {
      release();
      if (error || callback === undefined) callback?.(error);
      else void memory.released(chunk).then(async () => callback(await lost()));
    };
  }
}
