import type { LtoError } from '../../errors/index.js';
import type { DataSource } from '../../streams/taken-source.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import type { PartRecord } from '../record/changes.js';
import type { Catalogued } from '../record/recording.js';

/** What archives are made of. */
export type ArchiveSource = DataSource;

/** One file of an archive: the whole of it, or its part on one cartridge. */
export interface ArchivePart extends Omit<TapeReceipt, 'fileNumber'> {
  /** Identity of the cartridge. */
  readonly cartridge: string;
  /** Number of the file on the cartridge: `mt fsf N` from the beginning of the tape moves to it. */
  readonly location: number;
  /** Name of the key that the drive was proven to encrypt with, up to the filemark; undefined for plain data. */
  readonly encryptionKeyId?: string | undefined;
}

/** Proof that an archive is on tape, and where. */
export interface ArchiveReceipt extends ArchivePart {
  /**
   * The first part is the one that the receipt itself describes; more than one only for an archive that spans
   * cartridges.
   */
  readonly parts: readonly ArchivePart[];
  /** Of all parts. */
  readonly totalBytes: number;
  /** Checksum over the bytes of all parts, in the form of `checksum`. */
  readonly totalChecksum: string | undefined;
  /** Undefined for a provider without a catalogue. */
  readonly catalogued?: Catalogued | undefined;
  /** Undefined for a provider without `indexArchive`. */
  readonly indexed?: IndexReport | undefined;
}

/** The index archive that was written behind an archive. */
export interface IndexReport {
  /** Its place; undefined if there is none. */
  readonly fileNumber: number | undefined;
  /** Why there is none; undefined also if the cartridge is full. The archive is as safe on tape. */
  readonly failure: LtoError | undefined;
}

/** `on`: the cartridge that was prepared, with its key. */
export function archivePart(
  on: { readonly identity: string; readonly encryptionKeyId: string | undefined },
  { fileNumber, ...receipt }: TapeReceipt,
): ArchivePart {
  return { cartridge: on.identity, location: fileNumber, encryptionKeyId: on.encryptionKeyId, ...receipt };
}

/** The parts of a receipt as a catalogue keeps them. */
export function partRecords({ parts }: Pick<ArchiveReceipt, 'parts'>): PartRecord[] {
  return parts.map(({ location: fileNumber, ...part }) => ({
    cartridge: part.cartridge,
    fileNumber,
    firstLogicalObject: part.firstLogicalObject,
    records: part.records,
    bytes: part.bytes,
    recordSize: part.recordSize,
    checksum: part.checksum,
    encryptionKeyId: part.encryptionKeyId,
  }));
}
