import type { Readable, Writable } from 'node:stream';

/** Resolves when a stream has closed: the tape has stopped, and the drive is free. */
export async function closed(stream: NodeJS.EventEmitter & { readonly closed: boolean }): Promise<void> {
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', () => resolve()));
}

/** Destroys an open stream, ignoring its error, and resolves when it has closed. */
export async function destroyed(stream: (Readable | Writable) | undefined): Promise<void> {
  if (stream === undefined || stream.closed) return;
  stream.once('error', () => undefined);
  stream.destroy();
  await closed(stream);
}
