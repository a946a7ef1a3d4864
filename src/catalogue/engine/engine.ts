import type { ColumnDefinitionBuilder, Kysely, RawBuilder } from 'kysely';
import { CatalogueError, type CatalogueReason } from '../../errors/index.js';
import type { MemberInsertion } from './insert-members.js';
import type { Tables } from './tables.js';

/** Rows of `members m` and `folders f` to search, and the conditions on them that use the index of trigrams. */
export interface Candidates {
  readonly from: RawBuilder<unknown>;
  readonly where: RawBuilder<unknown>;
}

/** A database, with everything in which the supported ones differ. */
export interface Engine {
  /** Name for messages: the file, or the server without user and password. */
  readonly location: string;
  readonly db: Kysely<Tables>;
  /** Makes a column an auto-incremented primary key. */
  readonly numbered: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
  /** Type of a key of more than 32 bits: SQLite stores rows by their key only if its type is `integer`. */
  readonly largeInteger: 'integer' | 'bigint';
  readonly insertion: MemberInsertion;
  /** Called in the transaction that changes the schema; prevents other processes from changing it meanwhile. */
  readonly lockSchema: (db: Kysely<Tables>) => Promise<unknown>;
  /** Whether the database has tables that are not those of a catalogue. */
  readonly isForeign: () => Promise<boolean>;
  /** Creates the index of trigrams over the names of members and the paths of folders. */
  readonly createSearch: (db: Kysely<Tables>) => Promise<void>;
  /** Members whose name contains this piece of three or more characters. */
  readonly named: (piece: string) => Candidates;
  /** Members whose folder contains all of these pieces. */
  readonly inFolders: (pieces: readonly string[]) => Candidates;
  /** Whether a text matches a pattern of literal pieces, `*` and `?`. */
  readonly matches: (text: RawBuilder<string>, pattern: readonly PatternPart[]) => RawBuilder<boolean>;
  /** The reason for a failure of the database; undefined for other failures. */
  readonly reasonOf: (error: unknown) => CatalogueReason | undefined;
  close(): Promise<void>;
}

/** A piece of a pattern: literal text, any text, or any character. */
export type PatternPart = { readonly text: string } | '*' | '?';

const NEXT: Readonly<Record<CatalogueReason, string>> = {
  'newer-schema': 'Use the version of this library that made it, or a newer one',
  malformed: 'Name another one, or restore a backup; a catalogue can be made anew from the cartridges',
  busy: 'Wait for the other process, and try again',
  'no-driver': 'Install the package',
  unreachable: 'Check the name and the rights, or that the server runs',
  disk: 'Make room on its disk, or see what the system says of it; what was recorded before is safe',
  failed: 'See the cause',
};

export function catalogueError(
  location: string,
  reason: CatalogueReason,
  what: string,
  details: { readonly cause?: unknown; readonly next?: string } = {},
): CatalogueError {
  return new CatalogueError(what, { device: location, operation: 'catalogue', reason, next: NEXT[reason], ...details });
}

/** Runs work on the database; turns errors of the database into CatalogueError. */
export async function failing<T>(engine: Pick<Engine, 'location' | 'reasonOf'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = engine.reasonOf(cause);
    if (reason === undefined) throw cause;
    throw catalogueError(engine.location, reason, messageOf(cause), { cause });
  }
}

function messageOf(error: unknown): string {
  // The error of a connection that failed for several addresses has no message.
  if (error instanceof AggregateError) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
