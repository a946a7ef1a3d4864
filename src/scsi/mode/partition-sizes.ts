import { ByteReader, concatBytes } from '../wire/bytes.js';
import { encodeFields, uint } from '../wire/layout.js';
import { decodeModePage, wholePage, withModePageHeader } from './page.js';
import { MEDIUM_PARTITION } from './pages.js';

/** The partition sizes of page 11, in the page's unit. Throws as `decodeModePage`. */
export function decodePartitionSizes(bytes: Uint8Array): number[] {
  decodeModePage(MEDIUM_PARTITION, bytes);
  const sizes = new ByteReader(wholePage(MEDIUM_PARTITION, bytes).subarray(MEDIUM_PARTITION.length), 'partition sizes');
  return Array.from({ length: Math.floor(sizes.length / 2) }, (_, index) => sizes.u16(index * 2));
}

/** A copy of page 11 with these partition sizes instead of its own. Throws as `decodeModePage`. */
export function withPartitionSizes(bytes: Uint8Array, sizes: readonly number[]): Uint8Array {
  decodeModePage(MEDIUM_PARTITION, bytes);
  const { page, subpage, name, length } = MEDIUM_PARTITION;
  const words = sizes.map((size) => encodeFields({ size: uint(0, 2) }, 2, { size }, 'partition size'));
  const whole = concatBytes(bytes.subarray(0, length), ...words);
  return withModePageHeader(whole, page, subpage, name);
}
