import { type RawBuilder, sql } from 'kysely';
import type { PartRecord } from '../../provider/record/changes.js';
import type { Candidates, Engine } from '../engine/engine.js';
import { MOST_MEMBERS, type Tables } from '../engine/tables.js';
import type { FoundMember, FoundMembers, MemberLimits } from '../model/catalogue.js';
import { parsePattern, planSearch } from './pattern.js';

interface MemberRow extends Omit<Tables['members'], 'folder_id' | 'name'> {
  readonly archive: string;
  readonly path: string;
}

type PartsOf = (archive: string) => readonly PartRecord[];

const DEFAULT_LIMIT = 1000;
const ALL: Candidates = { from: sql`members m join folders f on f.id = m.folder_id`, where: sql`1 = 1` };
const PATH = sql<string>`(f.path || m.name)`;

/** Finds members, with the index of trigrams if the pattern has three literal characters in a row. */
export async function findMembers(
  engine: Engine,
  pattern: string,
  limits: MemberLimits,
): Promise<{ readonly rows: readonly MemberRow[]; readonly more: boolean }> {
  const { limit = DEFAULT_LIMIT } = limits;
  const parts = parsePattern(pattern);
  const plan = planSearch(parts);
  const ways: Candidates[] = [];
  if (plan?.name !== undefined) ways.push(engine.named(plan.name));
  if (plan !== undefined && plan.folders.length > 0) ways.push(engine.inFolders(plan.folders));
  const found = new Map<number, MemberRow>();
  for (const way of plan === undefined ? [ALL] : ways) {
    // A member may be found again by a later search.
    for (const row of await select(engine, way, engine.matches(PATH, parts), limits, limit + 1 + found.size)) {
      found.set(row.id, row);
    }
    if (found.size > limit) break;
  }
  const rows = [...found.values()].sort((one, other) => one.id - other.id);
  return { rows: rows.slice(0, limit), more: rows.length > limit };
}

async function select(
  { db }: Engine,
  { from, where }: Candidates,
  matches: RawBuilder<boolean>,
  limits: MemberLimits,
  most: number,
): Promise<readonly MemberRow[]> {
  const { rows } = await sql<MemberRow>`
    select m.id, a.archive, ${PATH} as path, m.path_bytes, m.type, m.size, m.modified, m.start, m.length, m.target
    from ${from} join archives a on a.id = m.id / ${sql.lit(MOST_MEMBERS)}
    where ${where} and ${matches} and ${conditions(limits)}
    limit ${most}`.execute(db);
  return rows;
}

const RESTORABLE = ['buffered', 'durable', 'verified'] as const;

function conditions({
  states = RESTORABLE,
  cartridge,
  archive,
  smallest,
  largest,
  oldest,
  newest,
}: MemberLimits): RawBuilder<unknown> {
  const all: RawBuilder<unknown>[] = [sql`a.state in (${sql.join(states.map((state) => sql.lit(state)))})`];
  if (archive !== undefined) all.push(sql`a.archive = ${archive}`);
  if (smallest !== undefined) all.push(sql`m.size >= ${smallest}`);
  if (largest !== undefined) all.push(sql`m.size <= ${largest}`);
  if (oldest !== undefined) all.push(sql`m.modified >= ${oldest}`);
  if (newest !== undefined) all.push(sql`m.modified <= ${newest}`);
  if (cartridge !== undefined) {
    all.push(sql`exists (select 1 from parts p join cartridges c on c.id = p.cartridge_id
      where p.archive_id = a.id and c.cartridge = ${cartridge})`);
  }
  return sql.join(all, sql` and `);
}

/** Members of one archive, in archive order. */
export async function membersOf(
  { db }: Engine,
  archive: string,
  from: number,
  limit: number,
): Promise<readonly MemberRow[]> {
  const row = await db.selectFrom('archives').select('id').where('archive', '=', archive).executeTakeFirst();
  if (row === undefined) return [];
  const first = row.id * MOST_MEMBERS;
  const { rows } = await sql<MemberRow>`
    select m.id, ${archive} as archive, ${PATH} as path, m.path_bytes, m.type, m.size, m.modified, m.start, m.length, m.target
    from members m join folders f on f.id = m.folder_id
    where m.id >= ${first + from} and m.id < ${first + MOST_MEMBERS} order by m.id limit ${limit}`.execute(db);
  return rows;
}

export function foundMember(row: MemberRow, partsOf: PartsOf): FoundMember {
  const { id, archive, path, path_bytes, type, size, modified, start: offset, length, target } = row;
  return {
    archive,
    number: id % MOST_MEMBERS,
    path,
    ...(path_bytes !== null && { pathBytes: path_bytes }),
    type,
    size,
    modified,
    offset,
    length,
    ...(target !== null && { target }),
    place: placeOf(offset, partsOf(archive)),
  };
}

export function found(rows: readonly MemberRow[], more: boolean, partsOf: PartsOf): FoundMembers {
  return { members: rows.map((row) => foundMember(row, partsOf)), more };
}

/** The part that holds a byte of an archive, and the record in it. */
function placeOf(offset: number, parts: readonly PartRecord[]): FoundMember['place'] {
  let before = 0;
  for (const { cartridge, fileNumber, bytes, recordSize, firstLogicalObject } of parts) {
    if (offset < before + bytes && recordSize > 0) {
      const inPart = offset - before;
      const logicalObject =
        firstLogicalObject === undefined ? undefined : firstLogicalObject + Math.floor(inPart / recordSize);
      return { cartridge, fileNumber, logicalObject, offsetInRecord: inPart % recordSize };
    }
    before += bytes;
  }
  return undefined;
}
