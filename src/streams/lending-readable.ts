import { Readable, type ReadableOptions } from 'node:stream';
import { InvalidArgumentError } from '../errors/index.js';
import { described } from './bytes.js';
import { LendingPipe, type PipeOptions, releasesChunks } from './lending-pipe.js';

/**
 * A Readable that takes the memory of a chunk back as soon as its consumer has done with it: from `pipe()` to the only
 * destination if that releases chunks, and from `for await` if the consumer promises it. Any other consumer keeps its
 * chunks for as long as it likes.
 */
export abstract class LendingReadable extends Readable {
  readonly #lends: boolean | undefined;
  /** Where in its memory a chunk lies that was passed on: Readable splits and joins what is read by size or put back. */
  readonly #passed = new WeakMap<ArrayBufferLike, { readonly from: number; readonly bytes: number }>();
  /** To the only destination, if that releases chunks. */
  #lending: LendingPipe | undefined;

  /** @param lends Whether every consumer releases its chunks; undefined: only destinations known to do so. */
  constructor(options: ReadableOptions, lends?: boolean) {
    super(options);
    this.#lends = lends;
  }

  /** Whether the consumer is known by now to release its chunks. */
  protected get isReleasing(): boolean {
    return this.#lends ?? this.#lending !== undefined;
  }

  /** As `push`, for a chunk that is lent. */
  protected pass(chunk: Uint8Array): boolean {
    this.#passed.set(chunk.buffer, { from: chunk.byteOffset, bytes: chunk.byteLength });
    return this.push(chunk);
  }

  /** The consumer has done with the chunk, whose memory may be filled again. Readable may have joined several to it. */
  protected abstract takeBack(chunk: Buffer): void;

  /** Whether all of the chunk's memory is a slab of the addon, which a drive can take as it is. */
  protected isDriveMemory(_chunk: Buffer): boolean {
    return false;
  }

  /** As Readable's, and lends chunks. A second destination ends the lending: Node's own pipe then serves both. */
  override pipe<T extends NodeJS.WritableStream>(destination: T, options: PipeOptions = {}): T {
    requireDestination(destination, options);
    const first = this.#lending;
    this.#stopLending();
    if (first) super.pipe(first.destination, first.options);
    const lends = this.#lends ?? releasesChunks(destination);
    if (!lends || this.listenerCount('data') + this.listenerCount('readable') > 0) {
      return super.pipe(destination, options);
    }
    this.#lending = new LendingPipe(this, destination, options, {
      takeBack: (chunk) => this.#takeBackWhole(chunk),
      isDriveMemory: (chunk) => this.isDriveMemory(chunk),
    });
    return destination;
  }

  override unpipe(destination?: NodeJS.WritableStream): this {
    const lending = this.#lending;
    if (lending === undefined || (destination ?? lending.destination) !== lending.destination) {
      return super.unpipe(destination);
    }
    this.#stopLending();
    lending.destination.emit('unpipe', this);
    return this;
  }

  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<Buffer> {
    const chunks: NodeJS.AsyncIterator<Buffer> = super[Symbol.asyncIterator]();
    return this.#lends ? this.#takingBack(chunks) : chunks;
  }

  async *#takingBack(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of chunks) {
      yield chunk;
      this.#takeBackWhole(chunk);
    }
  }

  /** A part of a chunk leaves its memory to garbage collection: somebody may hold the other part. */
  #takeBackWhole(chunk: Buffer): void {
    const passed = this.#passed.get(chunk.buffer);
    if (passed?.from === chunk.byteOffset && passed.bytes === chunk.byteLength) this.takeBack(chunk);
  }

  #stopLending(): void {
    this.#lending?.stop();
    this.#lending = undefined;
  }
}

function requireDestination(destination: unknown, options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError(`options of pipe() are an object, not ${described(options)}`, { operation: 'pipe' });
  }
  const isObject = typeof destination === 'object' && destination !== null;
  if (isObject && 'write' in destination && 'on' in destination) return;
  throw new InvalidArgumentError(`${described(destination)} is not a destination for data`, {
    operation: 'pipe',
    next: 'Give a writable stream',
  });
}
