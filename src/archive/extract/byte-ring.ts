import { EventLoopBudget } from '../../streams/event-loop-budget.js';
import type { ByteSource } from '../decode/byte-source.js';

/** A power of two and whole tar blocks; a larger ring would not stay in the processor's cache. */
const RING_BYTES = 4 * 2 ** 20;
/** Bytes copied in one step, and number of steps between readings of the clock. */
const SLICE = 256 * 1024;
const SLICES_TO_A_LOOK = 4;
const HEAD = 0;
const TAIL = 1;
const STATE = 2;
const WAITING = 3;
const ANSWER = 4;
/** Counts the writer's actions, for the reader to wait on. */
const SIGNAL = 5;
/** Whether the reader waits on it, or is about to. */
const READER_WAITS = 6;
const WORDS = 7;

const OPEN = 0;
const ENDED = 1;
const STOPPED = 2;

/** Memory shared by two threads: bytes of an archive, counters of both sides, and progress. */
export interface RingMemory {
  readonly bytes: SharedArrayBuffer;
  readonly words: SharedArrayBuffer;
  /** Members and bytes that were made. */
  readonly progress: SharedArrayBuffer;
}

export function newRing(): RingMemory {
  return {
    bytes: new SharedArrayBuffer(RING_BYTES),
    words: new SharedArrayBuffer(WORDS * 4),
    progress: new SharedArrayBuffer(2 * 8),
  };
}

/** The writing side, which must not block. */
export class RingWriter {
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #budget = new EventLoopBudget(SLICES_TO_A_LOOK);
  #room: (() => void) | undefined;

  constructor({ bytes, words }: RingMemory) {
    this.#bytes = new Uint8Array(bytes);
    this.#words = new Int32Array(words);
  }

  /**
   * Copies a chunk; resolves when all of it is in the ring, or the reader has stopped. The rest of the process gets its
   * turn meanwhile, however large the chunk and however fast the reader.
   */
  async write(chunk: Uint8Array): Promise<void> {
    let done = 0;
    do {
      if (this.#budget.isSpent()) await this.#budget.yield();
      const copied = this.#put(chunk, done);
      if (copied === 0 && done < chunk.length) await this.#untilRoom();
      done += copied;
    } while (done < chunk.length && this.isOpen);
  }

  /** Copies the part of the chunk from `from` on that fits contiguously. */
  #put(chunk: Uint8Array, from: number): number {
    const head = Atomics.load(this.#words, HEAD);
    const room = RING_BYTES - ((head - Atomics.load(this.#words, TAIL)) >>> 0);
    const at = (head >>> 0) % RING_BYTES;
    const length = Math.min(room, RING_BYTES - at, chunk.length - from, SLICE);
    if (length === 0) return 0;
    this.#bytes.set(length === chunk.length ? chunk : chunk.subarray(from, from + length), at);
    Atomics.store(this.#words, HEAD, (head + length) | 0);
    Atomics.add(this.#words, SIGNAL, 1);
    if (Atomics.load(this.#words, READER_WAITS) === 1) Atomics.notify(this.#words, SIGNAL);
    return length;
  }

  /** Whether the reader is still active. */
  get isOpen(): boolean {
    return Atomics.load(this.#words, STATE) === OPEN;
  }

  /** Nothing more comes. */
  end(): void {
    this.#leave(ENDED);
  }

  /** The reader gives up at its next step. */
  stop(): void {
    this.#leave(STOPPED);
  }

  /** The reader reported free space, or that it is done. */
  wake(): void {
    this.#room?.();
    this.#room = undefined;
  }

  /** Answers a question that the reader sent as a message. */
  answer(value: number): void {
    Atomics.store(this.#words, ANSWER, value);
    Atomics.notify(this.#words, ANSWER);
  }

  #leave(state: number): void {
    Atomics.compareExchange(this.#words, STATE, OPEN, state);
    if (state === STOPPED) {
      Atomics.store(this.#words, STATE, STOPPED);
      this.answer(0);
    }
    Atomics.add(this.#words, SIGNAL, 1);
    Atomics.notify(this.#words, SIGNAL);
    this.wake();
  }

  async #untilRoom(): Promise<void> {
    const told = new Promise<void>((resolve) => {
      this.#room = resolve;
    });
    Atomics.store(this.#words, WAITING, 1);
    const used = (Atomics.load(this.#words, HEAD) - Atomics.load(this.#words, TAIL)) >>> 0;
    // The reader may have continued before it was notified of the waiting writer.
    if (used < RING_BYTES && Atomics.exchange(this.#words, WAITING, 0) === 1) this.wake();
    await told;
  }
}

/** The archive was abandoned by its writer. */
export class StoppedError extends Error {}

/** The reading side, which blocks in the call. */
export class RingReader implements ByteSource {
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #tellRoom: () => void;
  /** Bytes that were returned and not yet released. */
  #out = 0;

  constructor({ bytes, words }: RingMemory, tellRoom: () => void) {
    this.#bytes = new Uint8Array(bytes);
    this.#words = new Int32Array(words);
    this.#tellRoom = tellRoom;
  }

  next(most: number): Uint8Array | undefined {
    this.#giveBack();
    const tail = Atomics.load(this.#words, TAIL);
    const used = this.#wait(tail);
    if (used === 0) return undefined;
    const at = (tail >>> 0) % RING_BYTES;
    this.#out = Math.min(most, used, RING_BYTES - at);
    return this.#bytes.subarray(at, at + this.#out);
  }

  /** Nothing more is taken. */
  close(): void {
    Atomics.store(this.#words, STATE, STOPPED);
    this.#tellRoom();
  }

  /** Throws StoppedError if the writer has given up. */
  requireWanted(): void {
    if (Atomics.load(this.#words, STATE) === STOPPED) throw new StoppedError();
  }

  /** Sends a question with `ask`, and waits for the answer. */
  ask(ask: () => void): number {
    Atomics.store(this.#words, ANSWER, -1);
    ask();
    while (Atomics.load(this.#words, ANSWER) === -1) {
      this.requireWanted();
      Atomics.wait(this.#words, ANSWER, -1);
    }
    return Atomics.load(this.#words, ANSWER);
  }

  /** Waits for bytes; returns their number, 0 at the end. */
  #wait(tail: number): number {
    while (this.#used(tail) === 0 && this.#isOpen) this.#sleep(tail);
    this.requireWanted();
    return this.#used(tail);
  }

  #sleep(tail: number): void {
    // In this order: from here on the writer notifies the reader.
    Atomics.store(this.#words, READER_WAITS, 1);
    const signal = Atomics.load(this.#words, SIGNAL);
    if (this.#used(tail) === 0 && this.#isOpen) Atomics.wait(this.#words, SIGNAL, signal);
    Atomics.store(this.#words, READER_WAITS, 0);
  }

  #used(tail: number): number {
    return (Atomics.load(this.#words, HEAD) - tail) >>> 0;
  }

  get #isOpen(): boolean {
    return Atomics.load(this.#words, STATE) === OPEN;
  }

  #giveBack(): void {
    if (this.#out === 0) return;
    Atomics.store(this.#words, TAIL, (Atomics.load(this.#words, TAIL) + this.#out) | 0);
    this.#out = 0;
    if (Atomics.load(this.#words, WAITING) === 0) return;
    const used = (Atomics.load(this.#words, HEAD) - Atomics.load(this.#words, TAIL)) >>> 0;
    if (used <= RING_BYTES / 2 && Atomics.exchange(this.#words, WAITING, 0) === 1) this.#tellRoom();
  }
}
