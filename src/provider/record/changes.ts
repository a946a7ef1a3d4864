/** How far an archive has come. `writing`: begun, and nothing is proven. `lost`: overwritten, incomplete, or gone. */
export const ARCHIVE_STATES = ['writing', 'buffered', 'durable', 'verified', 'lost'] as const;
export type ArchiveState = (typeof ARCHIVE_STATES)[number];

/** A cartridge. What a later record leaves out stays as it was. */
export interface CartridgeRecord {
  /** Identity: that of the label, or the barcode. */
  readonly cartridge: string;
  readonly barcode?: string | undefined;
  readonly mediumSerial?: string | undefined;
  /** `LTO-8`, `LTO-10P`. */
  readonly generation?: string | undefined;
  readonly pool?: string | undefined;
  readonly capacityBytes?: number | undefined;
  readonly usedBytes?: number | undefined;
  /** In the application's own words: `full`, `retired`, `offsite`. */
  readonly state?: string | undefined;
  /** Where it is: a slot of a library, a shelf. */
  readonly place?: string | undefined;
  /** When it was last in a drive: milliseconds since 1970. */
  readonly seenAt?: number | undefined;
}

/** A drive. What a later record leaves out stays as it was. */
export interface DriveRecord {
  readonly serialNumber: string;
  readonly vendor?: string | undefined;
  readonly product?: string | undefined;
  readonly firmware?: string | undefined;
  readonly seenAt?: number | undefined;
}

/** The part of an archive on one cartridge. */
export interface PartRecord {
  readonly cartridge: string;
  /** Number of filemarks before it. */
  readonly fileNumber: number;
  readonly firstLogicalObject?: number | undefined;
  readonly records: number;
  readonly bytes: number;
  readonly recordSize: number;
  readonly checksum?: string | undefined;
  readonly encryptionKeyId?: string | undefined;
}

/** An archive. A later record of the same `archive` replaces all of it but its members. */
export interface ArchiveRecord {
  /** Unique; a UUID unless the application names it. */
  readonly archive: string;
  readonly state: ArchiveState;
  /** In tape order; of an archive that is `writing`, where it begins. */
  readonly parts: readonly PartRecord[];
  readonly bytes: number;
  readonly checksum?: string | undefined;
  /** The application's own words about it. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Whether the members recorded are all there are: unknown for what is no tar archive, or was damaged. */
  readonly membersComplete: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** A member of a tar archive, and where its bytes are. */
export interface MemberRecord {
  /** As text; bytes that are not UTF-8 as `\xe9`. */
  readonly path: string;
  /** The bytes of the path in hexadecimal digits, only if they are not UTF-8. */
  readonly pathBytes?: string | undefined;
  readonly type: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly modified: number;
  /** Where its first header begins: bytes from the beginning of the archive. */
  readonly offset: number;
  /** Bytes of its headers, content and padding. */
  readonly length: number;
  /** Of a link. */
  readonly target?: string | undefined;
}

/** A reading of an archive that compared it. */
export interface VerificationRecord {
  readonly archive: string;
  readonly at: number;
  readonly ok: boolean;
  /** Of the drive. */
  readonly serialNumber?: string | undefined;
  /** Code of the error if it failed. */
  readonly error?: string | undefined;
}

/** One thing that a catalogue is told. The lines of an export and of an index on tape are the same, in JSON. */
export type CatalogueChange =
  | ({ readonly type: 'cartridge' } & CartridgeRecord)
  | ({ readonly type: 'drive' } & DriveRecord)
  | ({ readonly type: 'archive' } & ArchiveRecord)
  /** Members of an archive that is recorded, from its member `first` on, counted from 0. Told twice, it counts once. */
  | {
      readonly type: 'members';
      readonly archive: string;
      readonly first: number;
      readonly members: readonly MemberRecord[];
    }
  | ({ readonly type: 'verification' } & VerificationRecord)
  /**
   * A whole file was read: its checksum, or the code of the error if it is bad. The catalogue knows which archive that is,
   * and compares; a checksum of another kind than the recorded one says nothing.
   */
  | {
      readonly type: 'reading';
      readonly cartridge: string;
      readonly fileNumber: number;
      readonly at: number;
      readonly checksum?: string | undefined;
      readonly error?: string | undefined;
    }
  /** Whatever the cartridge had from this file on is gone. */
  | { readonly type: 'overwritten'; readonly cartridge: string; readonly from: number }
  /** Nothing of it is kept. */
  | { readonly type: 'forget'; readonly archive: string }
  | { readonly type: 'forget'; readonly cartridge: string };

/**
 * Where a provider records what it does. `node-lto/catalogue` has one in SQL; an application may put its own store
 * behind it.
 */
export interface ArchiveRecorder {
  /** Applies all of the changes, in order, or none. Resolves when they are safe. */
  apply(changes: readonly CatalogueChange[]): Promise<void>;
}
