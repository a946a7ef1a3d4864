import { Writable, type WritableOptions } from 'node:stream';
import { requireBytes, requireEncoding } from '../../../streams/bytes.js';
import type { EarlyWarningEvents } from './early-warning.js';

export type WriteCallback = (error?: Error | null) => void;

/** A Writable with typed events of its own. */
const EventfulWritable: new (options?: WritableOptions) => EarlyWarningEvents & Writable = Writable;

/** A Writable that accepts all kinds of bytes and text; anything else is an InvalidArgumentError of the stream. */
export class ChunkWritable extends EventfulWritable {
  readonly #device: string;
  #defaultEncoding: BufferEncoding = 'utf8';

  constructor(device: string, options: WritableOptions) {
    super(options);
    this.#device = device;
  }

  /** As Writable's, for chunks of any type. */
  override write(chunk: unknown, callback?: WriteCallback): boolean;
  override write(chunk: unknown, encoding: BufferEncoding, callback?: WriteCallback): boolean;
  override write(
    chunk: unknown,
    encodingOrCallback?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean {
    const encoding = typeof encodingOrCallback === 'string' ? encodingOrCallback : this.#defaultEncoding;
    const given = typeof encodingOrCallback === 'function' ? encodingOrCallback : callback;
    let bytes: Uint8Array;
    try {
      bytes = requireBytes(chunk, encoding, { device: this.#device, operation: 'write' });
    } catch (error) {
      return this.#refuse(error as Error, given);
    }
    return this.give(bytes, given);
  }

  /** As Writable's; the last chunk is taken as `write` takes chunks. */
  override end(callback?: () => void): this;
  override end(chunk: unknown, callback?: () => void): this;
  override end(chunk: unknown, encoding: BufferEncoding, callback?: () => void): this;
  override end(
    chunkOrCallback?: unknown,
    encodingOrCallback?: BufferEncoding | (() => void),
    callback?: () => void,
  ): this {
    const given = [chunkOrCallback, encodingOrCallback, callback].find((one) => typeof one === 'function');
    const encoding = typeof encodingOrCallback === 'string' ? encodingOrCallback : this.#defaultEncoding;
    if (typeof chunkOrCallback !== 'function' && chunkOrCallback !== undefined && chunkOrCallback !== null) {
      this.write(chunkOrCallback, encoding);
    }
    return super.end(given as (() => void) | undefined);
  }

  override setDefaultEncoding(encoding: BufferEncoding): this {
    requireEncoding(encoding, { device: this.#device, operation: 'write' });
    super.setDefaultEncoding(encoding);
    this.#defaultEncoding = encoding;
    return this;
  }

  /** Queues bytes. */
  protected give(bytes: Uint8Array, callback?: WriteCallback): boolean {
    return super.write(bytes, callback);
  }

  #refuse(error: Error, callback?: WriteCallback): boolean {
    if (callback) process.nextTick(callback, error);
    this.destroy(error);
    return false;
  }
}
