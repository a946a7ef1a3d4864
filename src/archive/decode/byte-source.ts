/** Bytes of an archive, asked for one piece after the other. */
export interface ByteSource {
  /** From 1 to `most` bytes, which are there until the next call; undefined at the end. */
  next(most: number): Uint8Array | undefined;
}
