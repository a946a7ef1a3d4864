import { planSlabs, SlabRing } from './slab-ring.js';

export interface WriteBufferOptions {
  readonly recordSize: number;
  readonly bufferBytes: number;
  /** Bytes that are gathered before the tape starts, and again after it ran dry. */
  readonly startThreshold: number | undefined;
  readonly allocate: (byteLength: number) => Uint8Array;
  /** Writes memory of whole records (the last of the file may be shorter); `quiet` as in binding.d.ts. */
  readonly write: (memory: Uint8Array, quiet: boolean) => Promise<void>;
  /** Called when a write failed; what came behind it fails too. */
  readonly onFailure: (error: unknown) => void;
}

/** Memory with records of the file, in order. */
interface Piece {
  readonly memory: Uint8Array;
  /** Called once the drive has it, or it was given up. */
  readonly release: () => void;
}

/** A tape that streams starts at this part of the buffer. */
const DEFAULT_START = 3 / 4;
/** The event loop is woken when this part of the buffer is on tape, not for each slab. */
const WAKE_PART = 1 / 4;

/**
 * What a write stream holds between its chunks and the drive. Chunks are packed into slabs of whole records, or passed
 * on as they are. The first pieces are gathered up to the start threshold, so that the drive gets a long run of data;
 * from then on each piece goes to the drive's queue as soon as it is full. When the queue has run dry the source is
 * slower than the drive: gathering begins again, so that the tape stops and repositions once for each threshold and
 * not once for each piece.
 */
export class WriteBuffer {
  readonly #options: WriteBufferOptions;
  readonly #ring: SlabRing;
  readonly #startBytes: number;
  #slab: Uint8Array | undefined;
  #filled = 0;
  #gathered: Piece[] = [];
  #gatheredBytes = 0;
  #underWayBytes = 0;
  #streaming = false;
  #quietBytes = 0;
  #waiting: (() => void) | undefined;

  constructor(options: WriteBufferOptions) {
    const { bufferBytes, recordSize, allocate } = options;
    const plan = planSlabs(bufferBytes, recordSize);
    const capacity = plan.slabBytes * plan.count;
    this.#options = options;
    this.#ring = new SlabRing(allocate, plan);
    this.#startBytes = Math.min(options.startThreshold ?? capacity * DEFAULT_START, capacity);
  }

  /** Size of the pieces that chunks are packed into. */
  get slabBytes(): number {
    return this.#ring.slabBytes;
  }

  /** Bytes of the record that is not complete yet. */
  get partialRecord(): number {
    return this.#filled % this.#options.recordSize;
  }

  /** Copies as much of the chunk as there is memory for and returns the rest; `room()` tells when to go on. */
  pack(chunk: Uint8Array): Uint8Array {
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

  /** Takes a chunk of whole records that need not be copied; only where `partialRecord` is 0. */
  pass(memory: Uint8Array, release: () => void): void {
    this.#closeSlab();
    this.#add({ memory, release });
  }

  /** Whether passed chunks fill the buffer, so that the source has to wait. */
  get isFull(): boolean {
    return this.#gatheredBytes + this.#underWayBytes >= this.#options.bufferBytes;
  }

  /** Resolves when the drive has taken some of what is held, or is not going to. One caller at a time. */
  room(): Promise<void> {
    this.#start();
    if (this.#underWayBytes === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Sends all that is held, and the begun record, to the drive. */
  flush(): void {
    this.#closeSlab();
    this.#start();
  }

  /** Sends what was gathered without waiting for more: somebody needs the memory. */
  hurry(): void {
    if (this.#gatheredBytes > 0) this.#start();
  }

  /** Gives up what was not sent. */
  discard(): void {
    for (const { release } of this.#gathered.splice(0)) release();
    this.#gatheredBytes = 0;
    this.#slab = undefined;
    this.#filled = 0;
  }

  #closeSlab(): void {
    const slab = this.#slab;
    if (slab === undefined || this.#filled === 0) return;
    const memory = slab.subarray(0, this.#filled);
    this.#slab = undefined;
    this.#filled = 0;
    this.#add({ memory, release: () => this.#ring.release(slab) });
  }

  #add(piece: Piece): void {
    this.#gathered.push(piece);
    this.#gatheredBytes += piece.memory.length;
    if (this.#streaming || this.#gatheredBytes >= this.#startBytes) this.#start();
  }

  #start(): void {
    const pieces = this.#gathered.splice(0);
    this.#gatheredBytes = 0;
    this.#streaming ||= pieces.length > 0;
    for (const piece of pieces) this.#send(piece);
  }

  #send({ memory, release }: Piece): void {
    this.#underWayBytes += memory.length;
    this.#options
      .write(memory, this.#isQuiet(memory.length))
      .catch(this.#options.onFailure)
      .finally(() => {
        this.#underWayBytes -= memory.length;
        release();
        // The source was too slow: gather again.
        if (this.#underWayBytes === 0) this.#streaming = false;
        this.#wake();
      });
  }

  #isQuiet(bytes: number): boolean {
    this.#quietBytes += bytes;
    if (this.#quietBytes < this.#options.bufferBytes * WAKE_PART) return true;
    this.#quietBytes = 0;
    return false;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }
}
