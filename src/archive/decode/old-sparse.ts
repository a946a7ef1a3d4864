import { decodeNumber } from './number-field.js';
import type { SparseMap } from './sparse-map.js';

/** GNU tar's header of type `S`: four parts in the header, 21 in each block that follows while a flag says so. */
const ENTRY = 24;
const FIELD = 12;

interface Layout {
  readonly entries: number;
  readonly count: number;
  readonly more: number;
}

export const IN_HEADER: Layout = { entries: 386, count: 4, more: 482 };
export const IN_EXTENSION: Layout = { entries: 0, count: 21, more: 504 };

/** Adds the parts in a block; returns whether another block follows. */
export function addOldSparse(map: SparseMap, block: Buffer, { entries, count, more }: Layout): boolean {
  for (let entry = 0; entry < count; entry += 1) {
    const at = entries + entry * ENTRY;
    if (block[at] === 0) break;
    const offset = decodeNumber(block, at, FIELD, 'map of holes');
    map.add(offset, decodeNumber(block, at + FIELD, FIELD, 'map of holes'));
  }
  return block[more] !== 0;
}

export function oldSparseSize(block: Buffer): number {
  return decodeNumber(block, 483, FIELD, 'size');
}
