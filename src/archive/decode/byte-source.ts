/** Bytes of an archive, requested piece by piece. */
export interface ByteSource {
  /** 1 to `most` bytes, valid until the next call; undefined at the end. */
  next(most: number): Uint8Array | undefined;
}
