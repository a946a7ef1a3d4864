import { Readable, type Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { ReadableStream, ReadableStreamDefaultReader } from 'node:stream/web';
import { InvalidArgumentError, type LtoErrorDetails } from '../errors/index.js';
import { type Bytes, described, isBytes, requireBytes } from './bytes.js';

/** Data to write: bytes, or anything that yields bytes. */
export type DataSource = Bytes | Blob | NodeJS.ReadableStream | AsyncIterable<Bytes | Blob> | Iterable<Bytes | Blob>;

/** How a kind of source is read. */
interface Reading {
  readonly chunks: () => AsyncIterable<unknown> | Iterable<unknown>;
  /** Encoding of its strings, from a Readable with an encoding. */
  readonly encoding?: () => BufferEncoding;
  /** Ends the source when no more data is needed. */
  readonly discard?: (reason: Error) => void;
  /** The emitter of `error` and `close`. */
  readonly emitter?: NodeJS.ReadableStream;
}

/**
 * A source owned by the library: its errors are caught from the start, so that an error while waiting cannot end the
 * process, and it is destroyed if it is not used. It yields Uint8Array only.
 */
export class TakenSource implements AsyncIterable<Uint8Array> {
  /** Why the source failed; undefined if it has not. */
  failure: { readonly reason: unknown } | undefined;
  readonly #reading: Reading;
  readonly #details: LtoErrorDetails;
  #destination: Writable | undefined;
  #discarded = false;
  #onChunk: ((chunk: Uint8Array) => void) | undefined;

  /** By `takeSource`. */
  constructor(source: unknown, details: LtoErrorDetails) {
    this.#details = details;
    this.#reading = readingOf(source, details);
    if (this.#reading.emitter) this.#listen(this.#reading.emitter);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    return this.chunks();
  }

  /** All of the source, as bytes. Throws what the source throws, and InvalidArgumentError for chunks that are no bytes. */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const chunk of this.#reading.chunks()) {
        if (chunk instanceof Blob) {
          for await (const piece of chunk.stream()) yield this.#seen(piece);
        } else yield this.#seen(requireBytes(chunk, this.#reading.encoding?.() ?? 'utf8', this.#details));
      }
      this.#discarded = true;
    } catch (error) {
      this.#note(error);
      throw error;
    }
  }

  /** Calls `onChunk` with each chunk before it is passed on. It must not throw, change the bytes or keep them. */
  watch(onChunk: (chunk: Uint8Array) => void): void {
    this.#onChunk = onChunk;
  }

  /** Writes all of it to a stream and ends the stream. Rejects with the error of either side. */
  async feed(destination: Writable): Promise<void> {
    this.#destination = destination;
    const { emitter } = this.#reading;
    // Waits for the destination: after it failed, a source may never yield again.
    const ended = finished(destination, { readable: false });
    const isPlain = emitter instanceof Readable && isBinary(emitter) && this.#onChunk === undefined;
    pipeline(isPlain ? emitter : this.chunks(), destination).catch((error: Error) => destination.destroy(error));
    try {
      await ended;
    } catch (error) {
      this.discard(error);
      throw error;
    }
  }

  /** Ends the source: no more data is needed. */
  discard(reason: unknown): void {
    if (this.#discarded) return;
    this.#discarded = true;
    this.#reading.discard?.(reason instanceof Error ? reason : new Error(String(reason)));
  }

  #seen(chunk: Uint8Array): Uint8Array {
    this.#onChunk?.(chunk);
    return chunk;
  }

  #listen(source: NodeJS.ReadableStream): void {
    if (source instanceof Readable && source.errored) this.#note(source.errored);
    source.on('error', (error) => this.#note(error));
    source.on('close', () => {
      if (source instanceof Readable && !source.readableEnded) this.#note(new Error('it was closed before its end'));
    });
  }

  /** An error caused by the end of the destination is not the source's. */
  #note(reason: unknown): void {
    if (this.#discarded || this.#destination?.destroyed) return;
    this.failure ??= { reason };
  }
}

/**
 * Takes ownership of a source. Throws InvalidArgumentError for anything that is not a source, an already used one, and
 * an array with elements that are not bytes.
 */
export function takeSource(source: unknown, details: LtoErrorDetails): TakenSource {
  return source instanceof TakenSource ? source : new TakenSource(source, details);
}

function readingOf(source: unknown, details: LtoErrorDetails): Reading {
  if (isBytes(source)) return { chunks: () => [source] };
  if (source instanceof Blob) return { chunks: () => source.stream() };
  if (isNodeStream(source)) return readingOfStream(source, details);
  if (isWebStream(source)) return readingOfWebStream(source, details);
  if (Array.isArray(source)) return readingOfList(source, details);
  if (isIterable(source)) return { chunks: () => source, discard: () => endIterator(source) };
  throw new InvalidArgumentError(`${described(source)} is not a source of data`, {
    ...details,
    next: 'Give a stream, an iterable of bytes, a Blob, a Buffer or a string',
  });
}

function readingOfStream(source: NodeJS.ReadableStream, details: LtoErrorDetails): Reading {
  const { readableEnded, destroyed, errored } = source as Partial<Readable>;
  if (readableEnded || (destroyed && !errored)) throw consumed(details);
  return {
    chunks: () => source,
    encoding: () => (source as Partial<Readable>).readableEncoding ?? 'utf8',
    discard: (reason) => (source as Partial<Readable>).destroy?.(reason),
    emitter: source,
  };
}

function readingOfWebStream(source: ReadableStream<unknown>, details: LtoErrorDetails): Reading {
  if (source.locked) throw consumed(details);
  const reader = source.getReader();
  const cancel = (reason: unknown) => reader.cancel(reason).catch(() => undefined);
  return { chunks: () => readAll(reader, cancel), discard: cancel };
}

async function* readAll(
  reader: ReadableStreamDefaultReader<unknown>,
  cancel: (reason: unknown) => Promise<void>,
): AsyncGenerator<unknown, void> {
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) yield value;
  } finally {
    // At its end or after a failure there is nothing to cancel.
    void cancel('no more of it is wanted');
  }
}

function readingOfList(source: readonly unknown[], details: LtoErrorDetails): Reading {
  for (const chunk of source) if (!(chunk instanceof Blob)) requireBytes(chunk, 'utf8', details);
  return { chunks: () => source };
}

function consumed(details: LtoErrorDetails): InvalidArgumentError {
  return new InvalidArgumentError('the source was read, destroyed or locked before', {
    ...details,
    next: 'Give a source that nobody has read from',
  });
}

/** A generator that has begun runs its `finally`. */
function endIterator(source: object): void {
  if (!('return' in source) || typeof source.return !== 'function') return;
  Promise.resolve(source.return()).catch(() => undefined);
}

function isIterable(source: unknown): source is AsyncIterable<unknown> | Iterable<unknown> {
  return typeof source === 'object' && source !== null && (Symbol.asyncIterator in source || Symbol.iterator in source);
}

/** The class is looked up only for what may be one: Node.js loads its web streams then, which takes longer than a module of ours. */
function isWebStream(source: unknown): source is ReadableStream<unknown> {
  return (
    typeof source === 'object' &&
    source !== null &&
    'getReader' in source &&
    source instanceof globalThis.ReadableStream
  );
}

/** Includes streams of other libraries that are not a `Readable`. */
function isNodeStream(source: unknown): source is NodeJS.ReadableStream {
  if (typeof source !== 'object' || source === null) return false;
  return Symbol.asyncIterator in source && 'on' in source && typeof source.on === 'function';
}

function isBinary(stream: Readable): boolean {
  return !stream.readableObjectMode && stream.readableEncoding === null;
}
