import { createHash } from 'node:crypto';
import { CompiledQuery, type Kysely } from 'kysely';
import { InvalidArgumentError } from '../../errors/index.js';
import type { MemberRecord } from '../../provider/record/changes.js';
import { MOST_MEMBERS, type Tables } from '../engine/tables.js';

/** Rows of one statement: SQLite takes 32766 values, PostgreSQL 65535. */
const ROWS = 500;
const COLUMNS = [
  ...['id', 'folder_id', 'name', 'path_bytes', 'type', 'size', 'modified', 'start', 'length', 'target'],
] as const;
/** Folders whose ids are remembered. */
const MOST_FOLDERS = 200_000;

/** A path up to its last slash, and what follows. A folder's own slash at the end belongs to its name. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const at = path.lastIndexOf('/', path.length - 2) + 1;
  return { folder: path.slice(0, at), name: path.slice(at) };
}

/** Ids of folders that are known to be committed. */
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

/**
 * Inserts members of an archive from number `first` on; those that are there stay. `found` takes the ids of folders,
 * which hold once the transaction is committed.
 */
export async function insertMembers(
  db: Kysely<Tables>,
  archiveId: number,
  first: number,
  members: readonly MemberRecord[],
  known: FolderIds,
  found: Map<string, number>,
): Promise<void> {
  if (first + members.length > MOST_MEMBERS) {
    throw new InvalidArgumentError(`an archive of more than ${MOST_MEMBERS} members cannot be recorded`);
  }
  const paths = members.map(({ path }) => splitPath(path));
  const unknown = new Set(
    paths.map(({ folder }) => folder).filter((folder) => idOf(folder, known, found) === undefined),
  );
  await findFolders(db, [...unknown], found);
  for (let at = 0; at < members.length; at += ROWS) {
    const values: unknown[] = [];
    const some = members.slice(at, at + ROWS);
    for (const [index, member] of some.entries()) {
      const { folder, name } = paths[at + index] ?? { folder: '', name: '' };
      const id = archiveId * MOST_MEMBERS + first + at + index;
      const { pathBytes = null, type, size, modified, offset, length, target = null } = member;
      values.push(
        id,
        idOf(folder, known, found),
        stored(name),
        pathBytes,
        type,
        size,
        modified,
        offset,
        length,
        target,
      );
    }
    await db.executeQuery(CompiledQuery.raw(insertion(some.length), values));
  }
}

function idOf(folder: string, known: FolderIds, found: ReadonlyMap<string, number>): number | undefined {
  return known.get(folder) ?? found.get(folder);
}

/** PostgreSQL stores no NUL; no path has one. */
function stored(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u{fffd}') : text;
}

const insertions = new Map<number, string>();

/** Kysely would make this statement anew each time, which takes longer than running it. Both databases take `$1`. */
function insertion(rows: number): string {
  let text = insertions.get(rows);
  if (text === undefined) {
    const row = (index: number) =>
      `(${COLUMNS.map((_, column) => `$${index * COLUMNS.length + column + 1}`).join(',')})`;
    const all = Array.from({ length: rows }, (_, index) => row(index)).join(',');
    text = `INSERT INTO members (${COLUMNS.join(', ')}) VALUES ${all} ON CONFLICT DO NOTHING`;
    if (insertions.size < 16) insertions.set(rows, text);
  }
  return text;
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
