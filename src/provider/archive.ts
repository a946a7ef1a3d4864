import type { TapeReceipt } from '../tape/receipt.js';

/** What archives are made of. */
export type ArchiveSource = NodeJS.ReadableStream | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** One file of an archive: the whole of it, or its part on one cartridge. */
export interface ArchivePart extends Omit<TapeReceipt, 'fileNumber'> {
  /** Identity of the cartridge. */
  readonly cartridge: string;
  /** Number of the file on it: `mt fsf N` from the beginning of the tape leads to it. */
  readonly location: number;
}

/** Proof that an archive is on tape, and where. */
export interface ArchiveReceipt extends ArchivePart {
  /** The first is what the receipt itself tells of; more than one only for an archive that spans cartridges. */
  readonly parts: readonly ArchivePart[];
  /** Of all parts. */
  readonly totalBytes: number;
  /** Over the bytes of all parts, as a `checksum` is. */
  readonly totalChecksum: string | undefined;
}

export function archivePart(cartridge: string, { fileNumber, ...receipt }: TapeReceipt): ArchivePart {
  return { cartridge, location: fileNumber, ...receipt };
}
