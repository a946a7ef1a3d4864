import {
  BUSY_CALLS,
  DEFAULT_START,
  LEAST_PACED_BYTES,
  PACED_QUEUE_BYTES,
  planSlabs,
  RUN_DRY_MS,
  SlabRing,
  WAKE_PART,
} from '../memory/memory.js';
import type { SlabSource } from '../memory/spare-slabs.js';
import { type SpeedRange, WritePace } from './write-pace.js';

export interface WriteBufferOptions {
  readonly recordSize: number;
  readonly bufferBytes: number;
  /** Bytes gathered before the tape starts, and again after the drive ran out of data. */
  readonly startThreshold: number | undefined;
  /** Recording speeds of the drive; undefined if unknown: data is then sent as soon as possible. */
  readonly speeds: SpeedRange | undefined;
  readonly slabs: SlabSource;
  /** Writes pieces of whole records (the last of the file may be shorter); `quiet` and `exclusive` as in binding.d.ts. */
  readonly write: (pieces: readonly Uint8Array[], how: CallManner) => Promise<void>;
  /** Called when a write failed; later data fails too. */
  readonly onFailure: (error: unknown) => void;
}

export interface CallManner {
  readonly quiet: boolean;
  readonly exclusive: boolean;
}

/** Memory with records of the file, in order. */
interface Piece {
  readonly memory: Uint8Array;
  /** Memory of the buffer, not of the caller. */
  readonly isOwn: boolean;
  /** Called once the drive has it, or it was discarded. */
  readonly release: () => void;
}

/**
 * The buffer of a write stream between its chunks and the drive. Chunks are packed into slabs of whole records, or
 * passed on without a copy. The first pieces are gathered up to the start threshold, so that the drive gets a long run
 * of data; after that a full piece goes to the drive's queue at once, and small ones are combined, because a call costs
 * more than a record. After a pause so long that the tape has stopped, gathering begins again. A buffer larger than the
 * drive's own is sent at a pace (`write-pace.ts`), so that it bridges the pauses of its source.
 */
export class WriteBuffer {
  readonly #options: WriteBufferOptions;
  readonly #ring: SlabRing;
  readonly #startBytes: number;
  readonly #capacity: number;
  #slab: Uint8Array | undefined;
  #filled = 0;
  #gathered: Piece[] = [];
  #gatheredBytes = 0;
  #underWayBytes = 0;
  #streaming = false;
  /** When the drive ran out of data, by `performance.now()`. */
  #dryAt = 0;
  readonly #pace: WritePace | undefined;
  #paceTimer: NodeJS.Timeout | undefined;
  #closed = false;
  #quietBytes = 0;
  #waiting: (() => void) | undefined;

  constructor(options: WriteBufferOptions) {
    const { bufferBytes, recordSize, slabs } = options;
    const plan = planSlabs(bufferBytes, recordSize);
    const capacity = plan.slabBytes * plan.count;
    this.#options = options;
    this.#capacity = capacity;
    this.#ring = new SlabRing(slabs, plan);
    this.#startBytes = Math.min(options.startThreshold ?? capacity * DEFAULT_START, capacity);
    this.#pace = options.speeds && bufferBytes >= LEAST_PACED_BYTES ? new WritePace(options.speeds) : undefined;
  }

  /** Size of the pieces that chunks are packed into, and of a call to the drive. */
  get slabBytes(): number {
    return this.#ring.slabBytes;
  }

  /** Bytes of the record that is not complete yet. */
  get partialRecord(): number {
    return this.#filled % this.#options.recordSize;
  }

  /** Copies as much of the chunk as fits and returns the rest; `room()` resolves when to continue. */
  pack(chunk: Uint8Array): Uint8Array {
    if (this.#closed) return chunk;
    let rest = chunk;
    while (rest.length > 0) {
      this.#slab ??= this.#ring.take();
      if (this.#slab === undefined) break;
      const part =
        rest.length <= this.slabBytes - this.#filled ? rest : rest.subarray(0, this.slabBytes - this.#filled);
      this.#slab.set(part, this.#filled);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled === this.slabBytes) this.#closeSlab();
    }
    // All memory is full: nothing can be gathered any more.
    if (rest.length > 0) this.#start();
    return rest;
  }

  /** Takes a chunk of whole records without a copy; only if `partialRecord` is 0. */
  pass(memory: Uint8Array, release: () => void): void {
    this.#closeSlab();
    this.#add({ memory, isOwn: false, release });
  }

  /** Whether passed chunks fill the buffer, so that the source has to wait. */
  get isFull(): boolean {
    return this.#gatheredBytes + this.#underWayBytes >= this.#options.bufferBytes;
  }

  /** Resolves when the drive has taken some data, or will not take any. One caller at a time. */
  room(): Promise<void> {
    this.#start();
    if (this.#underWayBytes === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Sends all buffered data, including the incomplete record, to the drive. */
  flush(): void {
    this.#closeSlab();
    this.#sendAll();
  }

  /** Sends gathered data without waiting for more, because its memory is wanted back. */
  flushGathered(): void {
    if (this.#gatheredBytes > 0) this.#sendAll();
  }

  /** Discards unsent data. Nothing is accepted or sent any more: it would land after the file's filemark. */
  discard(): void {
    this.#closed = true;
    clearTimeout(this.#paceTimer);
    for (const { release } of this.#gathered.splice(0)) release();
    this.#gatheredBytes = 0;
    if (this.#slab !== undefined) this.#ring.release(this.#slab);
    this.#slab = undefined;
    this.#filled = 0;
    this.#ring.close();
  }

  #closeSlab(): void {
    const slab = this.#slab;
    if (slab === undefined || this.#filled === 0) return;
    const memory = slab.subarray(0, this.#filled);
    this.#slab = undefined;
    this.#filled = 0;
    this.#add({ memory, isOwn: true, release: () => this.#ring.release(slab) });
  }

  #add(piece: Piece): void {
    if (this.#closed) {
      piece.release();
      return;
    }
    if (this.#underWayBytes === 0 && this.#gatheredBytes === 0 && performance.now() - this.#dryAt > RUN_DRY_MS) {
      this.#streaming = false;
    }
    this.#gathered.push(piece);
    this.#gatheredBytes += piece.memory.length;
    if (this.#streaming || this.#gatheredBytes >= this.#startBytes) this.#start();
  }

  #start(): void {
    this.#streaming ||= this.#gathered.length > 0;
    if (this.#pace) this.#sendPaced(this.#pace);
    else this.#sendCalls();
  }

  #sendCalls(): void {
    const isBusy = () => this.#underWayBytes >= BUSY_CALLS * this.slabBytes;
    while (this.#gathered.length > 0 && (this.#gatheredBytes >= this.slabBytes || !isBusy())) this.#sendCall();
  }

  #sendAll(): void {
    clearTimeout(this.#paceTimer);
    while (this.#gathered.length > 0) this.#sendCall();
  }

  #sendPaced(pace: WritePace): void {
    clearTimeout(this.#paceTimer);
    while (this.#gathered.length > 0 && this.#underWayBytes < PACED_QUEUE_BYTES) {
      const now = performance.now();
      const wait = pace.wait(now, this.#level);
      if (wait > 0) {
        this.#paceTimer = setTimeout(() => this.#sendPaced(pace), wait);
        return;
      }
      pace.sent(now, this.#sendCall(), this.#level);
    }
  }

  /** Part of the memory with data that the drive has not taken, 0 to 1. */
  get #level(): number {
    return (this.#gatheredBytes + this.#underWayBytes + this.#filled) / this.#capacity;
  }

  /** Sends as many pieces as fit one call; returns their bytes. */
  #sendCall(): number {
    const { pieces, bytes } = this.#takeCall();
    this.#gatheredBytes -= bytes;
    this.#underWayBytes += bytes;
    const memory = pieces.map((piece) => piece.memory);
    this.#options
      .write(memory, { quiet: this.#isQuiet(bytes), exclusive: pieces.every(({ isOwn }) => isOwn) })
      .catch(this.#options.onFailure)
      .finally(() => {
        this.#underWayBytes -= bytes;
        for (const { release } of pieces) release();
        if (this.#underWayBytes === 0) this.#dryAt = performance.now();
        if (this.#streaming) this.#start();
        this.#wake();
      });
    return bytes;
  }

  #takeCall(): { pieces: Piece[]; bytes: number } {
    let bytes = 0;
    const behind = this.#gathered.findIndex(({ memory }, i) => {
      if (i > 0 && bytes + memory.length > this.slabBytes) return true;
      bytes += memory.length;
      return false;
    });
    return { pieces: this.#gathered.splice(0, behind < 0 ? this.#gathered.length : behind), bytes };
  }

  #isQuiet(bytes: number): boolean {
    this.#quietBytes += bytes;
    const unseen = this.#pace ? PACED_QUEUE_BYTES : this.#options.bufferBytes;
    if (this.#quietBytes < unseen * WAKE_PART) return true;
    this.#quietBytes = 0;
    return false;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }
}
