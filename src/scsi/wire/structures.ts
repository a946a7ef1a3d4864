/** Tolerated error of a length field in bytes: real drives send 42h for 46h, and 3Ch for 40h. */
export const LENGTH_SLACK = 4;

/** The structures of a list. */
export interface Structures {
  /** The complete structures, in order. */
  readonly whole: readonly Uint8Array[];
  /** Some bytes of the list belong to no complete structure: it was truncated, or its length field is wrong. */
  readonly cut: boolean;
}

/**
 * Splits a list of structures that begins at `begin` and has `length` bytes according to its length field. A length
 * field that is off by up to `LENGTH_SLACK` bytes is tolerated: a structure that extends that far beyond the end is
 * complete if all its bytes were sent. `sizeOf` returns the length in bytes of the structure at the start of `rest`;
 * undefined if it cannot be read.
 */
export function splitStructures(
  bytes: Uint8Array,
  begin: number,
  length: number,
  sizeOf: (rest: Uint8Array) => number | undefined,
): Structures {
  const end = begin + length;
  const limit = Math.min(bytes.length, end + LENGTH_SLACK);
  const whole: Uint8Array[] = [];
  for (let offset = begin; offset < end; ) {
    const size = offset < bytes.length ? sizeOf(bytes.subarray(offset)) : undefined;
    if (size === undefined || size <= 0 || offset + size > limit) return { whole, cut: true };
    whole.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return { whole, cut: false };
}

/** Size of structures with a header of `headerLength` bytes that contains the number of bytes after it. */
export function sizeByHeader(
  headerLength: number,
  following: (header: Buffer) => number,
): (rest: Uint8Array) => number | undefined {
  return (rest) => {
    if (rest.length < headerLength) return undefined;
    return headerLength + following(Buffer.from(rest.buffer, rest.byteOffset, headerLength));
  };
}
