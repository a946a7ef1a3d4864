import { WriteStream } from 'node:fs';
import type { Writable } from 'node:stream';

/** Streams of this library that release chunks; a check by class would have to load the class. */
const RELEASING = new WeakSet<NodeJS.WritableStream>();

/** Marks a destination that no longer uses a chunk once it calls its write callback. */
export function markReleasing(destination: Writable): void {
  RELEASING.add(destination);
}

/**
 * Whether a destination no longer uses a chunk once it calls its write callback, as files and tapes do. A Transform
 * passes chunks on.
 */
export function releasesChunks(destination: NodeJS.WritableStream): destination is Writable {
  return destination instanceof WriteStream || RELEASING.has(destination);
}

/** Chunks in slabs of the addon, which their destination may use until it calls back. */
const LENT_SLABS = new WeakSet<Uint8Array>();

/** Whether a chunk lies in a slab of the addon that nobody else uses before the write callback. */
export function isLentSlab(chunk: Uint8Array): boolean {
  return LENT_SLABS.has(chunk);
}

/** Who lends chunks: the methods of LendingReadable. */
export interface Lender {
  readonly takeBack: (chunk: Buffer) => void;
  readonly isDriveMemory: (chunk: Buffer) => boolean;
}

export interface PipeOptions {
  readonly end?: boolean | undefined;
}

/**
 * As `source.pipe(destination)` for the only destination of a source, and reports each chunk whose write callback the
 * destination has called. Before another destination is added, stop it and use Node's own pipe for both, which waits
 * for the slower one.
 */
export class LendingPipe {
  readonly destination: NodeJS.WritableStream;
  readonly options: PipeOptions;
  readonly #source: NodeJS.ReadableStream;
  readonly #lender: Lender;

  constructor(source: NodeJS.ReadableStream, destination: NodeJS.WritableStream, options: PipeOptions, lender: Lender) {
    this.#source = source;
    this.destination = destination;
    this.options = options;
    this.#lender = lender;
    destination.once('close', this.stop).once('error', this.stop);
    source.once('end', this.#ended);
    destination.emit('pipe', source);
    source.on('data', this.#forward);
  }

  /** Takes all of its listeners away and pauses the source. */
  readonly stop = (): void => {
    this.#source.off('data', this.#forward).off('end', this.#ended);
    this.destination.off('close', this.stop).off('error', this.stop).off('drain', this.#resume);
    this.#source.pause();
  };

  readonly #forward = (chunk: Buffer): void => {
    // Whoever else listens may keep it.
    const isOnlyListener = this.#source.listenerCount('data') === 1 && this.#source.listenerCount('readable') === 0;
    if (isOnlyListener && this.#lender.isDriveMemory(chunk)) LENT_SLABS.add(chunk);
    const goesOn = this.destination.write(chunk, () => {
      if (isOnlyListener) this.#lender.takeBack(chunk);
    });
    if (goesOn) return;
    this.#source.pause();
    this.destination.once('drain', this.#resume);
  };

  readonly #resume = (): void => {
    this.#source.resume();
  };

  readonly #ended = (): void => {
    this.stop();
    if (this.options.end !== false) this.destination.end();
  };
}
