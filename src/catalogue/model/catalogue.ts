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

/** A cartridge with what it holds, without archives that are lost. */
export interface CataloguedCartridge extends CartridgeRecord {
  readonly archives: number;
  /** Of the parts on this cartridge. */
  readonly archiveBytes: number;
}

export interface CataloguedArchive extends ArchiveRecord {
  /** Members that are recorded. */
  readonly members: number;
}

export interface ArchiveQuery extends CallOptions {
  readonly archive?: string | undefined;
  /** Archives with a part on this cartridge, by file number; otherwise the newest first. */
  readonly cartridge?: string | undefined;
  /** Default: all. */
  readonly states?: readonly ArchiveState[] | undefined;
  /** Most that are returned. Default 1000. */
  readonly limit?: number | undefined;
}

/** Limits of members, each inclusive. */
export interface MemberLimits {
  /** Default: what can be restored, that is, all archives but those that are `writing` or `lost`. */
  readonly states?: readonly ArchiveState[] | undefined;
  readonly cartridge?: string | undefined;
  readonly archive?: string | undefined;
  /** Bytes. */
  readonly smallest?: number | undefined;
  readonly largest?: number | undefined;
  /** Times of modification in seconds since 1970. */
  readonly oldest?: number | undefined;
  readonly newest?: number | undefined;
  /** Most that are returned. Default 1000. */
  readonly limit?: number | undefined;
}

export interface MemberQuery extends CallOptions, MemberLimits {
  /**
   * `*` stands for any text, slashes too, `?` for any character, `\` takes the meaning from the next one. Without a
   * wildcard: text anywhere in the path. Upper and lower case differ.
   */
  readonly pattern: string;
}

/** Where a member begins. */
export interface MemberPlace {
  readonly cartridge: string;
  readonly fileNumber: number;
  /** Of the record that holds its first byte; undefined if the drive did not report where the archive begins. */
  readonly logicalObject: number | undefined;
  /** Bytes before it in that record. */
  readonly offsetInRecord: number;
}

export interface FoundMember extends MemberRecord {
  readonly archive: string;
  /** Its number in its archive. */
  readonly number: number;
  readonly place: MemberPlace | undefined;
}

export interface FoundMembers {
  readonly members: readonly FoundMember[];
  /** There are more than `limit`. */
  readonly more: boolean;
}

export interface CatalogueStats {
  readonly cartridges: number;
  readonly drives: number;
  readonly archives: Readonly<Record<ArchiveState, number>>;
  readonly archiveBytes: number;
  readonly members: number;
}

/** What is on which cartridge. Rejects with CatalogueError, and InvalidArgumentError for what can never be valid. */
export interface Catalogue extends ArchiveRecorder {
  /** Of the database: a file, or a server without its password. */
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
  /** The newest first. */
  verifications(archive: string, options?: CallOptions): Promise<readonly VerificationRecord[]>;
  stats(options?: CallOptions): Promise<CatalogueStats>;
  /** Everything, as changes that another catalogue can apply. */
  export(options?: CallOptions & { readonly cartridge?: string | undefined }): AsyncIterable<CatalogueChange>;
  close(): Promise<void>;
}
