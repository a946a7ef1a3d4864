/** The records that lie in pieces of memory, in order. A record does not go over the end of a piece. */
export function* recordsOf(pieces: readonly Uint8Array[], recordSize: number): Generator<Uint8Array, void> {
  for (const piece of pieces) {
    for (let offset = 0; offset < piece.length; offset += recordSize) yield piece.subarray(offset, offset + recordSize);
  }
}

/** The rest of pieces of memory after their first `bytes` bytes. */
export function piecesBehind(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    if (left < piece.length) rest.push(left === 0 ? piece : piece.subarray(left));
    left = Math.max(0, left - piece.length);
  }
  return rest;
}
