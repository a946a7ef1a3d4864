import type { CallOptions } from '../../arguments/options.js';
import type {
  ArchiveRecord,
  ArchiveRecorder,
  ArchiveState,
  CartridgeRecord,
  CatalogueChange,
  DriveRecord,
  MemberRecord,
  VerificationRecord,
} from '../../provider/record/changes.js';

/** A cartridge and its content, without archives that are lost. */
export interface CataloguedCartridge extends CartridgeRecord {
  readonly archives: number;
  /** Total of the parts on this cartridge. */
  readonly archiveBytes: number;
}

export interface CataloguedArchive extends ArchiveRecord {
  /** Number of members that are recorded. */
  readonly members: number;
}

export interface ArchiveQuery extends CallOptions {
  readonly archive?: string | undefined;
  /** Only archives with a part on this cartridge, sorted by file number. Without it: all, newest first. */
  readonly cartridge?: string | undefined;
  /** Default: all. */
  readonly states?: readonly ArchiveState[] | undefined;
  /** Maximum number of results. Default: 1000. */
  readonly limit?: number | undefined;
}

/** Filters for members; ranges are inclusive. */
export interface MemberLimits {
  /** Default: archives that can be restored, that is, all that are not `writing` or `lost`. */
  readonly states?: readonly ArchiveState[] | undefined;
  readonly cartridge?: string | undefined;
  readonly archive?: string | undefined;
  /** Bytes. */
  readonly smallest?: number | undefined;
  readonly largest?: number | undefined;
  /** Times of modification in seconds since 1970. */
  readonly oldest?: number | undefined;
  readonly newest?: number | undefined;
  /** Maximum number of results. Default: 1000. */
  readonly limit?: number | undefined;
}

export interface MemberQuery extends CallOptions, MemberLimits {
  /**
   * `*` matches any text, including slashes, `?` any character; `\` escapes the next character. A pattern without
   * wildcards matches anywhere in the path. Case-sensitive.
   */
  readonly pattern: string;
}

/** Where a member begins. */
export interface MemberPlace {
  readonly cartridge: string;
  readonly fileNumber: number;
  /** The record that holds its first byte; undefined if the drive did not report where the archive begins. */
  readonly logicalObject: number | undefined;
  /** Bytes before it in that record. */
  readonly offsetInRecord: number;
}

export interface FoundMember extends MemberRecord {
  readonly archive: string;
  /** Number of the member in its archive. */
  readonly number: number;
  readonly place: MemberPlace | undefined;
}

export interface FoundMembers {
  readonly members: readonly FoundMember[];
  /** Whether there are more than `limit`. */
  readonly more: boolean;
}

export interface CatalogueStats {
  readonly cartridges: number;
  readonly drives: number;
  readonly archives: Readonly<Record<ArchiveState, number>>;
  readonly archiveBytes: number;
  readonly members: number;
}

/** What is on which cartridge. Methods reject with CatalogueError, and InvalidArgumentError for invalid input. */
export interface Catalogue extends ArchiveRecorder {
  /** Name of the database: the file, or the server without its password. */
  readonly location: string;
  cartridges(options?: CallOptions): Promise<readonly CataloguedCartridge[]>;
  drives(options?: CallOptions): Promise<readonly DriveRecord[]>;
  archives(query?: ArchiveQuery): Promise<readonly CataloguedArchive[]>;
  /** Members of an archive from number `from` on, at most `limit` (1000). */
  members(
    archive: string,
    options?: CallOptions & { readonly from?: number | undefined; readonly limit?: number | undefined },
  ): Promise<readonly FoundMember[]>;
  find(query: MemberQuery): Promise<FoundMembers>;
  /** Newest first. */
  verifications(archive: string, options?: CallOptions): Promise<readonly VerificationRecord[]>;
  stats(options?: CallOptions): Promise<CatalogueStats>;
  /** Everything, as changes that another catalogue can apply. */
  export(options?: CallOptions & { readonly cartridge?: string | undefined }): AsyncIterable<CatalogueChange>;
  close(): Promise<void>;
}
