import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { WritableStream } from 'node:stream/web';
import { requireRecord } from '../../../arguments/options.js';
import { InvalidArgumentError } from '../../../errors/index.js';
import { described } from '../../../streams/bytes.js';
import { closed } from '../../../streams/closed.js';
import type { ReadSummary, TapeReadStream } from './read-stream.js';

/** Destination of a file: a stream, which is ended, or a function that reads all of it. */
export type ReadDestination =
  | NodeJS.WritableStream
  | WritableStream<Uint8Array>
  | ((source: TapeReadStream) => Promise<unknown>);

/** Options from a file number or an options object. Throws InvalidArgumentError for anything else. */
export function fileOptions<T extends object>(device: string, file: number | T): T | { fileNumber: number } {
  if (typeof file === 'number') return { fileNumber: file };
  requireRecord('a file', file, { device, operation: 'read', next: 'Give its number, or options' });
  return file;
}

/** Throws InvalidArgumentError for a destination that cannot take bytes. */
export function requireDestination(device: string, destination: unknown): asserts destination is ReadDestination {
  if (typeof destination === 'function' || isStream(destination)) return;
  throw new InvalidArgumentError(`${described(destination)} is not a destination for data`, {
    device,
    operation: 'read',
    next: 'Give a writable stream, or a function that reads one',
  });
}

/** Passes the whole stream to the destination; resolves with its summary when the tape has stopped. */
export async function readFile(
  device: string,
  stream: TapeReadStream,
  destination: ReadDestination,
): Promise<ReadSummary> {
  try {
    if (typeof destination === 'function') await consumed(stream, destination);
    else await pipeline(stream, destination as NodeJS.WritableStream);
  } finally {
    stream.destroy();
    await closed(stream);
  }
  if (stream.summary) return stream.summary;
  throw new InvalidArgumentError('the function ended before it had read all of the file', {
    device,
    operation: 'read',
    next: 'Read all of the stream before the function ends',
  });
}

/** A destination for `readFile` that discards the data. */
export function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, callback) => callback() });
}

/** The stream's error takes precedence, also if the consumer ignores it. */
async function consumed(stream: TapeReadStream, consume: (source: TapeReadStream) => Promise<unknown>): Promise<void> {
  let failure: { readonly error: Error } | undefined;
  stream.on('error', (error) => {
    failure ??= { error };
  });
  await consume(stream);
  if (failure) throw failure.error;
}

function isStream(destination: unknown): boolean {
  if (typeof destination !== 'object' || destination === null) return false;
  const isFunction = (name: string) => typeof Reflect.get(destination, name) === 'function';
  return isFunction('getWriter') || (isFunction('write') && isFunction('on'));
}
