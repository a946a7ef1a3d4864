import { ByteReader, concatBytes } from '../bytes.js';
import { bits, decodeFields, encodeFields, uint } from '../layout.js';

/** KEY DESCRIPTOR TYPE: what a key-associated data descriptor holds (SSC-5). */
export const KAD_TYPE = { unauthenticated: 0, authenticated: 1, nonce: 2, metadata: 3, wrappedKey: 4 } as const;

/** KAD FORMAT: how the drive shows key-associated data to people. */
export const KAD_FORMAT = { unspecified: 0, binaryName: 1, asciiName: 2 } as const;

/** Key-associated data: what a drive writes beside each encrypted block, so that its key can be found again. */
export interface KeyAssociatedData {
  /** One of `KAD_TYPE`. */
  readonly type: number;
  /** AUTHENTICATED, 0 to 7: 1 not covered, 2 not tried, 3 authenticated, 4 failed; 0 in what is sent to the drive. */
  readonly authenticated: number;
  readonly data: Uint8Array;
}

const HEADER = { type: uint(0, 1), authenticated: bits(1, 2, 0), length: uint(2, 2) };
const HEADER_LENGTH = 4;

/** The descriptors that fill `bytes`. Throws MalformedResponseError when one is cut off. */
export function decodeKads(bytes: Uint8Array, what: string): KeyAssociatedData[] {
  const reader = new ByteReader(bytes, what);
  const kads: KeyAssociatedData[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const { type, authenticated, length } = decodeFields(HEADER, bytes.subarray(offset), what);
    kads.push({ type, authenticated, data: reader.bytes(offset + HEADER_LENGTH, length) });
    offset += HEADER_LENGTH + length;
  }
  return kads;
}

export function encodeKads(kads: readonly KeyAssociatedData[]): Uint8Array {
  return concatBytes(...kads.flatMap(encodeKad));
}

function encodeKad({ type, authenticated, data }: KeyAssociatedData): Uint8Array[] {
  const header = { type, authenticated, length: data.length };
  return [encodeFields(HEADER, HEADER_LENGTH, header, 'key-associated data'), data];
}
