import * as z from 'zod';
import type { ArchivePart } from '../../provider/archive/archive.js';
import { readDocument } from '../input/document.js';

const count = z.int().min(0);

/** What of the receipt of `lto write --span` is needed to read the archive back. */
const RECEIPT = z.object({
  parts: z
    .array(
      z.object({
        cartridge: z.string().min(1),
        location: count,
        firstLogicalObject: count.optional(),
        records: count,
        bytes: count,
        recordSize: count,
        checksum: z.string().optional(),
        encryptionKeyId: z.string().optional(),
      }),
    )
    .min(1),
  totalBytes: count,
  totalChecksum: z.string().optional(),
});

export interface SpannedReceipt {
  readonly parts: readonly [ArchivePart, ...ArchivePart[]];
  readonly totalBytes: number;
  readonly totalChecksum: string | undefined;
}

/** Rejects with InvalidArgumentError for what is no such receipt. */
export function readReceipt(path: string): Promise<SpannedReceipt> {
  return readDocument(
    path,
    (document) => RECEIPT.parse(document) as unknown as SpannedReceipt,
    'receipt of an archive',
  );
}
