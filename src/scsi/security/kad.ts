import { ByteReader, concatBytes } from '../wire/bytes.js';
import { bits, decodeFields, encodeFields, uint } from '../wire/layout.js';
import { sizeByHeader, splitStructures } from '../wire/structures.js';

/** KEY DESCRIPTOR TYPE: what a key-associated data descriptor holds (SSC-5). */
export const KAD_TYPE = { unauthenticated: 0, authenticated: 1, nonce: 2, metadata: 3, wrappedKey: 4 } as const;

/** KAD FORMAT: how the drive presents key-associated data. */
export const KAD_FORMAT = { unspecified: 0, binaryName: 1, asciiName: 2 } as const;

/** Key-associated data: written by the drive with each encrypted block, so that its key can be found again. */
export interface KeyAssociatedData {
  /** One of `KAD_TYPE`. */
  readonly type: number;
  /** AUTHENTICATED, 0 to 7: 1 not covered, 2 not tried, 3 authenticated, 4 failed; 0 when sent to the drive. */
  readonly authenticated: number;
  readonly data: Uint8Array;
}

const HEADER = { type: uint(0, 1), authenticated: bits(1, 2, 0), length: uint(2, 2) };
const HEADER_LENGTH = 4;

const sizeOfKad = sizeByHeader(HEADER_LENGTH, (header) => header.readUInt16BE(2));

/** The descriptors in `bytes`, sent by a host. Throws MalformedResponseError if one is truncated. */
export function decodeKads(bytes: Uint8Array, what: string): KeyAssociatedData[] {
  const { whole, cut } = splitStructures(bytes, 0, bytes.length, sizeOfKad);
  if (cut) throw new ByteReader(bytes, what).malformed('key-associated data is cut off');
  return whole.map(decodeKad);
}

/**
 * The complete descriptors in a drive's page, which by its length field has `length` bytes of them from `begin` on.
 * Throws MalformedResponseError if none is complete.
 */
export function receivedKads(bytes: Uint8Array, begin: number, length: number, what: string): KeyAssociatedData[] {
  const { whole, cut } = splitStructures(bytes, begin, length, sizeOfKad);
  if (cut && whole.length === 0 && bytes.length > begin) {
    throw new ByteReader(bytes, what).malformed('no key-associated data is whole');
  }
  return whole.map(decodeKad);
}

function decodeKad(kad: Uint8Array): KeyAssociatedData {
  const { type, authenticated, length } = decodeFields(HEADER, kad, 'key-associated data');
  return { type, authenticated, data: new ByteReader(kad, 'key-associated data').bytes(HEADER_LENGTH, length) };
}

export function encodeKads(kads: readonly KeyAssociatedData[]): Uint8Array {
  return concatBytes(...kads.flatMap(encodeKad));
}

function encodeKad({ type, authenticated, data }: KeyAssociatedData): Uint8Array[] {
  const header = { type, authenticated, length: data.length };
  return [encodeFields(HEADER, HEADER_LENGTH, header, 'key-associated data'), data];
}
