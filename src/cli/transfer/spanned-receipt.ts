import * as z from 'zod';
import type { ArchivePart } from '../../provider/archive/archive.js';
import { readDocument } from '../input/document.js';

const count = z.int().min(0);

/** The parts of a `lto write --span` receipt that are needed to read the archive. */
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

/** Rejects with InvalidArgumentError if the file is no such receipt. */
export function readReceipt(path: string): Promise<SpannedReceipt> {
  return readDocument(
    path,
    (document) => RECEIPT.parse(document) as unknown as SpannedReceipt,
    'receipt of an archive',
  );
}
