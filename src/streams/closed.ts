/** Resolves when a stream has closed: the tape stands still then, and the drive is free. */
export async function closed(stream: NodeJS.EventEmitter & { readonly closed: boolean }): Promise<void> {
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', () => resolve()));
}
