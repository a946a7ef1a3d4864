/** Which digests a connection carries (RFC 7143 section 13.1); there are none during its login. */
export interface Digests {
  /** Behind the header and its additional segments. */
  readonly header: boolean;
  /** Behind a data segment and its padding. */
  readonly data: boolean;
}

export const NO_DIGESTS: Digests = { header: false, data: false };

/** What RFC 7143 calls CRC32C. */
export const DIGEST_NAME = 'CRC32C';
export const DIGEST_BYTES = 4;

const NOTHING = new Uint8Array(0);

/** The digest of these bytes as it is sent; nothing when none was agreed on. */
export function digestOf(pieces: readonly Uint8Array[], agreed: boolean): Uint8Array {
  if (!agreed) return NOTHING;
  const digest = Buffer.alloc(DIGEST_BYTES);
  // RFC 7143 section 13.1 sends the bits of the CRC so that its bytes come with the lowest first.
  digest.writeUInt32LE(crc32c(pieces));
  return digest;
}

/** Whether the last bytes are the digest of those before them. */
export function digestHolds(bytes: Uint8Array): boolean {
  const end = bytes.length - DIGEST_BYTES;
  return Buffer.compare(digestOf([bytes.subarray(0, end)], true), bytes.subarray(end)) === 0;
}

/** The polynomial of Castagnoli, 1EDC6F41h, with its bits in reverse: zlib's CRC-32 is another. */
const POLYNOMIAL = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => remainderOf(byte));

function remainderOf(byte: number): number {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  return remainder;
}

/** CRC32C of the pieces in a row, as an unsigned number. */
export function crc32c(pieces: readonly Uint8Array[]): number {
  let crc = 0xffffffff;
  for (const piece of pieces) {
    for (const byte of piece) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
