/** Bytes that a length field may be off: real drives send 42h for 46h, and 3Ch for 40h. */
export const LENGTH_SLACK = 4;

/** What a list of an answer consists of. */
export interface Structures {
  /** Those that are whole, in order. */
  readonly whole: readonly Uint8Array[];
  /** Bytes of the list belong to no whole structure: it was cut, or its length field is wrong. */
  readonly cut: boolean;
}

/**
 * Takes apart a list of structures that begins at `begin` and has `length` bytes by its length field, which is not
 * trusted to the byte: a structure that begins before the end and reaches a little beyond it is whole when it was sent.
 * `sizeOf` tells the bytes of the structure that `rest` begins with; undefined when not even that can be read.
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

/** The size of structures that have a header of `headerLength` bytes, which tells how many follow it. */
export function sizeByHeader(
  headerLength: number,
  following: (header: Buffer) => number,
): (rest: Uint8Array) => number | undefined {
  return (rest) => {
    if (rest.length < headerLength) return undefined;
    return headerLength + following(Buffer.from(rest.buffer, rest.byteOffset, headerLength));
  };
}
