import { type Kysely, type Selectable, sql } from 'kysely';
import {
  ARCHIVE_STATES,
  type ArchiveState,
  type DriveRecord,
  type PartRecord,
  type VerificationRecord,
} from '../../provider/record/changes.js';
import type { Tables } from '../engine/tables.js';
import type { ArchiveQuery, CataloguedArchive, CataloguedCartridge, CatalogueStats } from '../model/catalogue.js';

type Db = Kysely<Tables>;

const DEFAULT_LIMIT = 1000;
/** Parts on cartridge `c`, without those of lost archives. */
const HELD = sql`from parts p join archives a on a.id = p.archive_id
  where p.cartridge_id = c.id and a.state not in ('lost', 'writing')`;

export async function listCartridges(db: Db): Promise<CataloguedCartridge[]> {
  const rows = await db
    .selectFrom('cartridges as c')
    .selectAll('c')
    .select([
      sql<number>`(select count(distinct p.archive_id) ${HELD})`.as('archives'),
      sql<number>`(select coalesce(sum(p.bytes), 0) ${HELD})`.as('archive_bytes'),
    ])
    .orderBy('c.cartridge')
    .execute();
  return rows.map((row) =>
    given({
      cartridge: row.cartridge,
      barcode: row.barcode,
      mediumSerial: row.medium_serial,
      generation: row.generation,
      pool: row.pool,
      capacityBytes: row.capacity_bytes,
      usedBytes: row.used_bytes,
      state: row.state,
      place: row.place,
      seenAt: row.seen_at,
      archives: Number(row.archives),
      archiveBytes: Number(row.archive_bytes),
    }),
  );
}

export async function listDrives(db: Db): Promise<DriveRecord[]> {
  const rows = await db.selectFrom('drives').selectAll().orderBy('serial_number').execute();
  return rows.map(({ serial_number: serialNumber, vendor, product, firmware, seen_at: seenAt }) =>
    given({ serialNumber, vendor, product, firmware, seenAt }),
  );
}

export async function listArchives(db: Db, query: ArchiveQuery): Promise<CataloguedArchive[]> {
  const { archive, cartridge, states, limit = DEFAULT_LIMIT } = query;
  let select = db.selectFrom('archives as a').selectAll('a').limit(limit);
  if (archive !== undefined) select = select.where('a.archive', '=', archive);
  if (states !== undefined) select = select.where('a.state', 'in', [...states]);
  if (cartridge === undefined) select = select.orderBy('a.created_at', 'desc').orderBy('a.id', 'desc');
  else {
    const place = sql<number>`(select min(p.file_number) from parts p join cartridges c on c.id = p.cartridge_id
      where p.archive_id = a.id and c.cartridge = ${cartridge})`;
    select = select.where(place, 'is not', null).orderBy(place).orderBy('a.id');
  }
  const rows = await select.execute();
  const parts = await partsOf(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => archiveOf(row, parts.get(row.id) ?? []));
}

function archiveOf(row: Selectable<Tables['archives']>, parts: readonly PartRecord[]): CataloguedArchive {
  return given({
    archive: row.archive,
    state: row.state,
    parts,
    bytes: row.bytes,
    checksum: row.checksum,
    tags: row.tags === null ? null : (JSON.parse(row.tags) as Record<string, string>),
    membersComplete: row.members_complete !== 0,
    createdAt: row.created_at,
    members: row.member_count,
  });
}

/** The parts of archives, by the ids of the archives. */
async function partsOf(db: Db, ids: readonly number[]): Promise<Map<number, PartRecord[]>> {
  const found = new Map<number, PartRecord[]>();
  if (ids.length === 0) return found;
  const rows = await db
    .selectFrom('parts')
    .innerJoin('cartridges', 'cartridges.id', 'parts.cartridge_id')
    .selectAll('parts')
    .select('cartridges.cartridge')
    .where('archive_id', 'in', ids)
    .orderBy('archive_id')
    .orderBy('number')
    .execute();
  for (const row of rows) {
    const part: PartRecord = given({
      cartridge: row.cartridge,
      fileNumber: row.file_number,
      firstLogicalObject: row.first_logical_object,
      records: row.records,
      bytes: row.bytes,
      recordSize: row.record_size,
      checksum: row.checksum,
      encryptionKeyId: row.encryption_key_id,
    });
    found.set(row.archive_id, [...(found.get(row.archive_id) ?? []), part]);
  }
  return found;
}

export async function listVerifications(db: Db, archive: string): Promise<VerificationRecord[]> {
  const rows = await db
    .selectFrom('verifications as v')
    .innerJoin('archives as a', 'a.id', 'v.archive_id')
    .select(['v.at', 'v.ok', 'v.serial_number', 'v.error'])
    .where('a.archive', '=', archive)
    .orderBy('v.at', 'desc')
    .execute();
  return rows.map(({ at, ok, serial_number: serialNumber, error }) =>
    given({ archive, at, ok: ok !== 0, serialNumber, error }),
  );
}

export async function readStats(db: Db): Promise<CatalogueStats> {
  const count = async (table: 'cartridges' | 'drives') => {
    const { n } = await db.selectFrom(table).select(db.fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
    return Number(n);
  };
  const rows = await db
    .selectFrom('archives')
    .select((query) => [
      'state',
      query.fn.countAll<number>().as('archives'),
      query.fn.sum<number>('bytes').as('bytes'),
      query.fn.sum<number>('member_count').as('members'),
    ])
    .groupBy('state')
    .execute();
  const archives = Object.fromEntries(
    ARCHIVE_STATES.map((state) => [state, Number(rows.find((row) => row.state === state)?.archives ?? 0)]),
  ) as Record<ArchiveState, number>;
  const kept = rows.filter(({ state }) => state !== 'lost');
  return {
    cartridges: await count('cartridges'),
    drives: await count('drives'),
    archives,
    archiveBytes: kept.reduce((sum, { bytes }) => sum + Number(bytes), 0),
    members: kept.reduce((sum, { members }) => sum + Number(members), 0),
  };
}

type Given<R> = { [K in keyof R]: Exclude<R[K], null> };

/** A row without its null columns. */
function given<R extends object>(row: R): Given<R> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Given<R>;
}
