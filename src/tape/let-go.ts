import { WriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { TapeWriteStream } from './write-stream.js';

/**
 * Whether a destination has done with a chunk once it calls its write back, as files and tapes have. A Transform has
 * not: it passes chunks on.
 */
export function letsGoOfChunks(destination: NodeJS.WritableStream): destination is Writable {
  return destination instanceof WriteStream || destination instanceof TapeWriteStream;
}

/** As `source.pipe(destination)`, and tells of each chunk when the destination has called its write back. */
export function pipeAndRelease(
  source: NodeJS.ReadableStream,
  destination: NodeJS.WritableStream,
  options: { readonly end?: boolean | undefined },
  release: (chunk: Buffer) => void,
): void {
  const forward = (chunk: Buffer) => {
    // Whoever else listens may keep it.
    const isOnlyListener = source.listenerCount('data') === 1 && source.listenerCount('readable') === 0;
    const goesOn = destination.write(chunk, () => {
      if (isOnlyListener) release(chunk);
    });
    if (goesOn) return;
    source.pause();
    destination.once('drain', resume);
  };
  const resume = () => {
    source.resume();
  };
  const end = () => {
    destination.end();
  };
  const stop = () => {
    source.off('data', forward);
    source.off('end', end);
    source.pause();
  };
  destination.once('close', stop).once('error', stop);
  source.once('end', () => destination.off('close', stop).off('error', stop));
  if (options.end !== false) source.once('end', end);
  destination.emit('pipe', source);
  // Before the others: those that listen once are gone when they were called, and may keep the chunk.
  source.prependListener('data', forward);
  source.resume();
}
