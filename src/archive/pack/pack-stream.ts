import type { Worker } from 'node:worker_threads';
import { optionalAddon } from '../../addon/load-addon.js';
import { InvalidArgumentError, LtoError, SourceError } from '../../errors/index.js';
import { destroyOnAbort } from '../../streams/destroy-on-abort.js';
import { LendingReadable } from '../../streams/lending-readable.js';
import { startThread } from '../thread/thread.js';
import {
  CELL,
  CELLS,
  type PackerData,
  type PackerMessage,
  type PackFailure,
  type PackJob,
  type SlabMemory,
} from './job.js';
import { YOUNG_MIB } from './prepare-thread.js';
import type { PackProgress, PackSummary } from './summary.js';
import { PACKER } from './thread-script.js';

const MIB = 1024 * 1024;
/** Whole records of every usual size, and a huge page. */
const SLAB_BYTES = 2 * MIB;
/** Enough for what is packed while a drive is opened: the first record then finds a good part of a small tree. */
const SLABS_AHEAD = 16;

/**
 * An archive of folders, made by its own thread that reads ahead of the consumer. `progress` reports how far that
 * thread is, and `summary` is there when the stream has ended. A file or a tape that is the only destination of
 * `pipe()` gives the memory of a chunk back with its write callback.
 */
export class PackStream extends LendingReadable {
  summary: PackSummary | undefined;
  progress: PackProgress = { entries: 0, files: 0, bytes: 0, problemCount: 0 };
  readonly #cells = new Int32Array(new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT));
  readonly #addon = optionalAddon();
  readonly #thread: Worker;
  readonly #ready: Buffer[] = [];
  readonly #begun: Promise<void>;
  #noteBegun: () => void = () => undefined;
  /** Slabs that consumers have. */
  readonly #out = new WeakMap<ArrayBuffer, SlabMemory>();
  /** This thread's views of the slabs that came back, by their address: without them the slabs would be gone. */
  readonly #views = new Map<number, ArrayBuffer>();
  #isWanted = false;
  #hasEnded = false;

  /** By `packFolder`. */
  constructor(job: PackJob, signal: AbortSignal | undefined) {
    super({ highWaterMark: SLAB_BYTES });
    this.#begun = new Promise<void>((resolve, reject) => {
      this.#noteBegun = resolve;
      this.once('error', reject).once('close', () => reject(destroyedEarly()));
    });
    // The stream reports the error if this promise is not used.
    this.#begun.catch(() => undefined);
    const data: PackerData = {
      job,
      slabBytes: SLAB_BYTES,
      sharesSlabs: this.#addon !== undefined,
      ahead: SLABS_AHEAD,
      shared: this.#cells.buffer,
    };
    this.#thread = startThread(PACKER, data, YOUNG_MIB);
    // An unread stream does not keep the process alive.
    this.#thread.unref();
    this.#thread
      .on('message', (message: PackerMessage) => this.#hear(message))
      .on('error', (error) => this.destroy(error))
      .on('exit', () => this.#gone());
    destroyOnAbort(this, signal);
  }

  /** Resolves once all named sources are known to exist; rejects with InvalidArgumentError otherwise. */
  begun(): Promise<void> {
    this.#thread.ref();
    return this.#begun.finally(() => {
      if (!this.#isWanted) this.#thread.unref();
    });
  }

  /** Readable may join waiting chunks: only memory of the thread is returned to it. */
  protected override takeBack({ buffer }: Buffer): void {
    if (!(buffer instanceof ArrayBuffer) || this.summary !== undefined) return;
    const slab = this.#out.get(buffer);
    if (slab === undefined) return;
    this.#out.delete(buffer);
    if (typeof slab === 'number') {
      this.#views.set(slab, buffer);
      this.#thread.postMessage(slab);
    } else this.#thread.postMessage(buffer, [buffer]);
  }

  protected override isDriveMemory({ buffer }: Buffer): boolean {
    return buffer instanceof ArrayBuffer && typeof this.#out.get(buffer) === 'number';
  }

  override _read(): void {
    this.#isWanted = true;
    this.#give();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    Atomics.store(this.#cells, CELL.stopped, 1);
    Atomics.notify(this.#cells, CELL.taken);
    Atomics.notify(this.#cells, CELL.seen);
    this.#ready.length = 0;
    this.#thread.terminate().then(
      () => callback(error),
      (reason: Error) => callback(error ?? reason),
    );
  }

  #hear(message: PackerMessage): void {
    if (message.kind === 'begun') this.#noteBegun();
    else if (message.kind === 'failure') this.destroy(failed(message.failure));
    else if (message.kind === 'end') this.summary = message.summary;
    else if (!this.destroyed) {
      this.progress = message.progress;
      this.#ready.push(Buffer.from(this.#see(message.memory), 0, message.bytes));
    }
    if (this.#isWanted) this.#give();
  }

  #see(slab: SlabMemory): ArrayBuffer {
    const memory = typeof slab === 'number' ? this.#viewOf(slab) : slab;
    this.#out.set(memory, slab);
    Atomics.add(this.#cells, CELL.seen, 1);
    Atomics.notify(this.#cells, CELL.seen);
    return memory;
  }

  #viewOf(address: number): ArrayBuffer {
    const view = this.#views.get(address) ?? this.#addon?.slabAt(address);
    if (view === undefined) throw new LtoError('LTO_INTERNAL', 'there is no addon to see a slab with');
    this.#views.delete(address);
    return view;
  }

  #give(): void {
    const slab = this.#ready.shift();
    if (slab !== undefined) {
      this.#isWanted = false;
      this.#thread.unref();
      Atomics.add(this.#cells, CELL.taken, 1);
      Atomics.notify(this.#cells, CELL.taken);
      this.pass(slab);
    } else if (this.summary === undefined) this.#thread.ref();
    else if (!this.#hasEnded) {
      this.#hasEnded = true;
      this.push(null);
    }
  }

  #gone(): void {
    if (this.summary !== undefined || this.destroyed) return;
    this.destroy(new LtoError('LTO_INTERNAL', 'the thread that makes the archive ended early'));
  }
}

function destroyedEarly(): LtoError {
  return new LtoError('LTO_STREAM_DESTROYED', 'the archive was destroyed before it had begun', {
    operation: 'archive',
  });
}

function failed({ what, refused, code, next }: PackFailure): LtoError {
  if (refused) return new InvalidArgumentError(what, { operation: 'archive', next });
  return new SourceError(what, { operation: 'archive', errno: code, next });
}
