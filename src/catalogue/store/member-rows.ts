import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { InvalidArgumentError } from '../../errors/index.js';
import type { MemberRecord } from '../../provider/record/changes.js';
import type { MemberColumns, MemberInsertion } from '../engine/insert-members.js';
import { MOST_MEMBERS, type Tables } from '../engine/tables.js';

/** Folders that are looked up at once. */
const ROWS = 500;
/** Number of folder ids that are cached. */
const MOST_FOLDERS = 200_000;

/** Splits a path after its last slash. The slash at the end of a folder's path belongs to its name. */
function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const at = path.lastIndexOf('/', path.length - 2) + 1;
  return { folder: path.slice(0, at), name: path.slice(at) };
}

/** Cache of the ids of folders that are committed. */
export class FolderIds {
  readonly #ids = new Map<string, number>();

  get(folder: string): number | undefined {
    return this.#ids.get(folder);
  }

  add(found: ReadonlyMap<string, number>): void {
    if (this.#ids.size + found.size > MOST_FOLDERS) this.#ids.clear();
    for (const [folder, id] of found) this.#ids.set(folder, id);
  }
}

/** What members are recorded with. */
export interface MemberContext {
  readonly known: FolderIds;
  /** Ids of folders, which hold once the transaction is committed. */
  readonly found: Map<string, number>;
  readonly insertion: MemberInsertion;
}

/**
 * Inserts members of an archive from number `first` on; existing ones stay unchanged.
 */
export async function insertMembers(
  db: Kysely<Tables>,
  archiveId: number,
  first: number,
  members: readonly MemberRecord[],
  { known, found, insertion }: MemberContext,
): Promise<void> {
  if (first + members.length > MOST_MEMBERS) {
    throw new InvalidArgumentError(`an archive of more than ${MOST_MEMBERS} members cannot be recorded`);
  }
  const paths = members.map(({ path }) => splitPath(path));
  const unknown = new Set(
    paths.map(({ folder }) => folder).filter((folder) => idOf(folder, known, found) === undefined),
  );
  await findFolders(db, [...unknown], found);
  let running: Promise<unknown> | undefined;
  for (let at = 0; at < members.length; at += insertion.rows) {
    const some = members.slice(at, at + insertion.rows);
    const begin = archiveId * MOST_MEMBERS + first + at;
    const names = paths.slice(at, at + insertion.rows);
    const columns: MemberColumns = {
      id: some.map((_, index) => begin + index),
      folder_id: names.map(({ folder }) => idOf(folder, known, found) ?? null),
      name: names.map(({ name }) => stored(name)),
      path_bytes: some.map(({ pathBytes = null }) => pathBytes),
      type: some.map(({ type }) => type),
      size: some.map(({ size }) => size),
      modified: some.map(({ modified }) => modified),
      start: some.map(({ offset }) => offset),
      length: some.map(({ length }) => length),
      target: some.map(({ target = null }) => target),
    };
    const statement = insertion.statement(columns);
    await running;
    running = db.executeQuery(statement);
    // A failure is told by the `await` above or below; until then a server works while the next statement is made.
    running.catch(() => undefined);
    await nextTurn();
  }
  await running;
}

function idOf(folder: string, known: FolderIds, found: ReadonlyMap<string, number>): number | undefined {
  return known.get(folder) ?? found.get(folder);
}

/** PostgreSQL cannot store NUL; paths never contain it. */
function stored(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u{fffd}') : text;
}

async function findFolders(db: Kysely<Tables>, folders: readonly string[], found: Map<string, number>): Promise<void> {
  for (let at = 0; at < folders.length; at += ROWS) {
    const byDigest = new Map(folders.slice(at, at + ROWS).map((folder) => [digestOf(folder), folder]));
    const rows = [...byDigest].map(([digest, folder]) => ({ digest, path: stored(folder) }));
    await db
      .insertInto('folders')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const ids = await db
      .selectFrom('folders')
      .select(['id', 'digest'])
      .where('digest', 'in', [...byDigest.keys()])
      .execute();
    for (const { id, digest } of ids) found.set(byDigest.get(digest) ?? '', id);
  }
}

function digestOf(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 32);
}
