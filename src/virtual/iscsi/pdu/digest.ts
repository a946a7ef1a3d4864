import { crc32c } from '../../../scsi/index.js';

/** Which digests a connection uses (RFC 7143 section 13.1); there are none during its login. */
export interface Digests {
  /** After the header and its additional segments. */
  readonly header: boolean;
  /** After a data segment and its padding. */
  readonly data: boolean;
}

export const NO_DIGESTS: Digests = { header: false, data: false };

/** The name of the digest in RFC 7143. */
export const DIGEST_NAME = 'CRC32C';
export const DIGEST_BYTES = 4;

const NOTHING = new Uint8Array(0);

/** The digest of these bytes as it is sent; empty if none was agreed on. */
export function digestOf(pieces: readonly Uint8Array[], agreed: boolean): Uint8Array {
  if (!agreed) return NOTHING;
  const digest = Buffer.alloc(DIGEST_BYTES);
  // With the bit order of RFC 7143 section 13.1, the lowest byte of the CRC is sent first.
  digest.writeUInt32LE(pieces.reduce((crc, piece) => crc32c(piece, crc), 0));
  return digest;
}

/** Whether the last bytes are the digest of those before them. */
export function digestHolds(bytes: Uint8Array): boolean {
  const end = bytes.length - DIGEST_BYTES;
  return Buffer.compare(digestOf([bytes.subarray(0, end)], true), bytes.subarray(end)) === 0;
}
