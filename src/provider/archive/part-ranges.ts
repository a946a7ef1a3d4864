import { InvalidArgumentError } from '../../errors/index.js';
import { type ByteRangeOptions, isPart, requireByteRange } from '../../tape/stream/read/byte-range.js';
import type { ArchivePart } from './archive.js';

/** What is read of a part of an archive, as options of its stream. */
export interface PartRange {
  readonly part: ArchivePart;
  readonly options: ByteRangeOptions & { readonly expectedChecksum?: string | undefined };
}

/**
 * The parts that hold a range of bytes of an archive, and what is read of each; a part that is read whole is compared
 * with its checksum. At the end of the archive an empty range is read. Throws InvalidArgumentError for a range that
 * begins after it.
 */
export function partRanges(parts: readonly ArchivePart[], range: Pick<ByteRangeOptions, 'start' | 'end'>): PartRange[] {
  requireByteRange({ ...range, fileNumber: 1 }, { operation: 'read' });
  const { start = 0, end = Number.POSITIVE_INFINITY } = range;
  const ranges: PartRange[] = [];
  let offset = 0;
  for (const part of parts) {
    const isLast = part === parts.at(-1);
    const after = offset + part.bytes;
    const isHeld = (start < after || (isLast && start === after)) && end >= offset;
    if (isHeld || !isPart(range)) ranges.push(rangeOf(part, start - offset, end - offset));
    offset = after;
  }
  if (ranges.length > 0) return ranges;
  throw new InvalidArgumentError(`the archive has ${offset} bytes and ends before byte ${start}`, {
    operation: 'read',
    next: 'Give a `start` within the archive',
  });
}

/** `start` and `end` count from the beginning of the part. */
function rangeOf(part: ArchivePart, start: number, end: number): PartRange {
  const { recordSize, firstLogicalObject, checksum, bytes } = part;
  const range = { start: Math.max(0, start), end: end < bytes - 1 ? end : undefined };
  const options = { ...range, recordSize, firstLogicalObject };
  return { part, options: isPart(options) ? options : { expectedChecksum: checksum } };
}
