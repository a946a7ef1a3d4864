import type { Generated } from 'kysely';
import type { ArchiveState } from '../../provider/record/changes.js';

// The tables, for Kysely. Times are milliseconds since 1970; those of members are seconds, as in tar.

export interface Tables {
  readonly schema_version: { readonly version: number };
  readonly cartridges: {
    readonly id: Generated<number>;
    readonly cartridge: string;
    readonly barcode: string | null;
    readonly medium_serial: string | null;
    readonly generation: string | null;
    readonly pool: string | null;
    readonly capacity_bytes: number | null;
    readonly used_bytes: number | null;
    readonly state: string | null;
    readonly place: string | null;
    readonly seen_at: number | null;
  };
  readonly drives: {
    readonly id: Generated<number>;
    readonly serial_number: string;
    readonly vendor: string | null;
    readonly product: string | null;
    readonly firmware: string | null;
    readonly seen_at: number | null;
  };
  readonly archives: {
    readonly id: Generated<number>;
    readonly archive: string;
    readonly state: ArchiveState;
    readonly bytes: number;
    readonly checksum: string | null;
    /** JSON. */
    readonly tags: string | null;
    readonly members_complete: number;
    readonly member_count: number;
    readonly created_at: number;
  };
  readonly parts: {
    readonly archive_id: number;
    readonly number: number;
    readonly cartridge_id: number;
    readonly file_number: number;
    readonly first_logical_object: number | null;
    readonly records: number;
    readonly bytes: number;
    readonly record_size: number;
    readonly checksum: string | null;
    readonly encryption_key_id: string | null;
  };
  readonly verifications: {
    readonly archive_id: number;
    readonly at: number;
    readonly ok: number;
    readonly serial_number: string | null;
    readonly error: string | null;
  };
  /** Paths up to the last slash: far fewer than members. Found by digest, because an index cannot hold long text. */
  readonly folders: { readonly id: Generated<number>; readonly digest: string; readonly path: string };
  readonly members: {
    /** Id of the archive times `MOST_MEMBERS`, plus the number in it, so that neither needs an index of its own. */
    readonly id: number;
    readonly folder_id: number;
    readonly name: string;
    readonly path_bytes: string | null;
    readonly type: string;
    readonly size: number;
    readonly modified: number;
    readonly start: number;
    readonly length: number;
    readonly target: string | null;
  };
}

/** Maximum number of members of an archive; ids stay safe integers for 33 million archives. */
export const MOST_MEMBERS = 2 ** 28;
