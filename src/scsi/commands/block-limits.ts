import { bits, decodeFields, encodeFields, type FieldValues, uint } from '../wire/layout.js';

const BLOCK_LIMITS = {
  /** Block lengths are multiples of 2 to this power. */
  granularity: bits(0, 4, 0),
  /** Bytes; 0 means that there is no limit. */
  maximumBlockLength: uint(1, 3),
  /** Bytes. */
  minimumBlockLength: uint(4, 2),
};

/** The answer to READ BLOCK LIMITS. */
export type BlockLimits = FieldValues<typeof BLOCK_LIMITS>;

export function decodeBlockLimits(bytes: Uint8Array): BlockLimits {
  return decodeFields(BLOCK_LIMITS, bytes, 'READ BLOCK LIMITS');
}

export function encodeBlockLimits(limits: BlockLimits): Uint8Array {
  return encodeFields(BLOCK_LIMITS, 6, limits, 'READ BLOCK LIMITS');
}
