import type { ArchivePart } from '../../provider/archive/archive.js';
import type { PartRecord } from '../../provider/record/changes.js';

/** Parts as a receipt has them. */
export function receiptParts(parts: readonly PartRecord[]): ArchivePart[] {
  return parts.map(({ fileNumber: location, firstLogicalObject, checksum, ...part }) => ({
    ...part,
    location,
    firstLogicalObject,
    checksum,
  }));
}
