import { type Kysely, sql } from 'kysely';
import { InvalidArgumentError } from '../../errors/index.js';
import type { ArchiveRecord, CatalogueChange, PartRecord } from '../../provider/record/changes.js';
import type { Engine } from '../engine/engine.js';
import { MOST_MEMBERS, type Tables } from '../engine/tables.js';
import { type FolderIds, insertMembers, type MemberContext } from './member-rows.js';

type Db = Kysely<Tables>;
type ChangeOf<T extends CatalogueChange['type']> = Extract<CatalogueChange, { readonly type: T }>;
type Apply<T extends CatalogueChange['type']> = (
  db: Db,
  change: ChangeOf<T>,
  context: MemberContext,
) => Promise<unknown>;

/** How each type of change is applied. */
const APPLY: { readonly [T in CatalogueChange['type']]: Apply<T> } = {
  cartridge: (db, { cartridge, ...given }) => {
    const row = {
      barcode: given.barcode ?? null,
      medium_serial: given.mediumSerial ?? null,
      generation: given.generation ?? null,
      pool: given.pool ?? null,
      capacity_bytes: given.capacityBytes ?? null,
      used_bytes: given.usedBytes ?? null,
      state: given.state ?? null,
      place: given.place ?? null,
      seen_at: given.seenAt ?? null,
    };
    return db
      .insertInto('cartridges')
      .values({ cartridge, ...row })
      .onConflict((conflict) => conflict.column('cartridge').doUpdateSet(newOrOld('cartridges', row)))
      .execute();
  },
  drive: (db, { serialNumber: serial_number, ...given }) => {
    const row = {
      vendor: given.vendor ?? null,
      product: given.product ?? null,
      firmware: given.firmware ?? null,
      seen_at: given.seenAt ?? null,
    };
    return db
      .insertInto('drives')
      .values({ serial_number, ...row })
      .onConflict((conflict) => conflict.column('serial_number').doUpdateSet(newOrOld('drives', row)))
      .execute();
  },
  archive: applyArchive,
  members: async (db, { archive, first, members }, context) => {
    const id = await archiveId(db, archive);
    await insertMembers(db, id, first, members, context);
    const count = first + members.length;
    await db
      .updateTable('archives')
      .set({ member_count: count })
      .where('id', '=', id)
      .where('member_count', '<', count)
      .execute();
  },
  verification: async (db, { archive, ...outcome }) => addVerification(db, await archiveId(db, archive), outcome),
  reading: applyReading,
  overwritten: (db, { cartridge, from }) =>
    db
      .updateTable('archives')
      .set({ state: 'lost' })
      .where('state', '<>', 'lost')
      .where('id', 'in', archivesOn(db, cartridge, from))
      .execute(),
  forget: async (db, change) => {
    if ('archive' in change) return forgetArchives(db, await archiveIds(db, change.archive));
    const rows = await archivesOn(db, change.cartridge, 0).execute();
    await forgetArchives(
      db,
      rows.map(({ archive_id }) => archive_id),
    );
    await db.deleteFrom('cartridges').where('cartridge', '=', change.cartridge).execute();
  },
};

/** Applies changes in one transaction. */
export async function applyChanges(
  { db, insertion }: Engine,
  changes: readonly CatalogueChange[],
  known: FolderIds,
): Promise<void> {
  const found = new Map<string, number>();
  await db.transaction().execute(async (transaction) => {
    for (const change of changes) await applyOne(transaction, change, { known, found, insertion });
  });
  known.add(found);
}

function applyOne<T extends CatalogueChange['type']>(
  db: Db,
  change: ChangeOf<T>,
  context: MemberContext,
): Promise<unknown> {
  return APPLY[change.type as T](db, change, context);
}

type Outcome = Omit<ChangeOf<'verification'>, 'type' | 'archive'>;

async function addVerification(db: Db, archive_id: number, { at, ok, serialNumber, error }: Outcome): Promise<void> {
  const row = { archive_id, at, ok: Number(ok), serial_number: serialNumber ?? null, error: error ?? null };
  await db.insertInto('verifications').values(row).execute();
  // The last outcome counts: what was good once, and is bad now, is not verified.
  const [state, before] = ok ? (['verified', 'durable'] as const) : (['durable', 'verified'] as const);
  await db.updateTable('archives').set({ state }).where('id', '=', archive_id).where('state', '=', before).execute();
}

/** A file that no archive is known to be in, or whose checksum is of another kind, says nothing. */
async function applyReading(db: Db, { cartridge, fileNumber, at, checksum, error }: ChangeOf<'reading'>) {
  const rows = await db
    .selectFrom('parts as p')
    .innerJoin('cartridges as c', 'c.id', 'p.cartridge_id')
    .innerJoin('archives as a', 'a.id', 'p.archive_id')
    .select(['p.archive_id', 'p.checksum'])
    .select((query) =>
      query
        .selectFrom('parts as all')
        .whereRef('all.archive_id', '=', 'p.archive_id')
        .select(query.fn.countAll<number>().as('n'))
        .as('parts'),
    )
    .where('c.cartridge', '=', cartridge)
    .where('p.file_number', '=', fileNumber)
    .where('a.state', 'in', ['buffered', 'durable', 'verified'])
    .execute();
  for (const { archive_id, checksum: recorded, parts } of rows) {
    if (error !== undefined) await addVerification(db, archive_id, { at, ok: false, error });
    else if (checksum === undefined || recorded === null || kindOf(checksum) !== kindOf(recorded)) continue;
    else if (checksum !== recorded) {
      await addVerification(db, archive_id, { at, ok: false, error: 'LTO_VERIFICATION_FAILED' });
    }
    // One part of several says nothing of the others, unless it is bad.
    else if (Number(parts) === 1) await addVerification(db, archive_id, { at, ok: true });
  }
}

/** `crc32c:…` */
function kindOf(checksum: string): string {
  return checksum.slice(0, checksum.indexOf(':'));
}

/** Updates an existing row: columns without a new value keep the old one. */
function newOrOld<R extends object>(table: string, row: R) {
  const names = Object.keys(row);
  return Object.fromEntries(
    names.map((name) => [name, sql`coalesce(${sql.ref(`excluded.${name}`)}, ${sql.ref(`${table}.${name}`)})`]),
  );
}

async function applyArchive(db: Db, change: ArchiveRecord): Promise<void> {
  const { archive, state, parts, bytes, checksum = null, tags, membersComplete, createdAt } = change;
  const row = {
    state,
    bytes,
    checksum,
    tags: tags === undefined ? null : JSON.stringify(tags),
    members_complete: Number(membersComplete),
  };
  const { id } = await db
    .insertInto('archives')
    .values({ archive, ...row, member_count: 0, created_at: createdAt })
    .onConflict((conflict) => conflict.column('archive').doUpdateSet(row))
    .returning('id')
    .executeTakeFirstOrThrow();
  await db.deleteFrom('parts').where('archive_id', '=', id).execute();
  if (parts.length === 0) return;
  const cartridges = await cartridgeIds(db, [...new Set(parts.map(({ cartridge }) => cartridge))]);
  const rows = parts.map((part, number) => partRow(id, number, cartridges.get(part.cartridge) ?? 0, part));
  await db.insertInto('parts').values(rows).execute();
}

function partRow(archive_id: number, number: number, cartridge_id: number, part: PartRecord) {
  return {
    archive_id,
    number,
    cartridge_id,
    file_number: part.fileNumber,
    first_logical_object: part.firstLogicalObject ?? null,
    records: part.records,
    bytes: part.bytes,
    record_size: part.recordSize,
    checksum: part.checksum ?? null,
    encryption_key_id: part.encryptionKeyId ?? null,
  };
}

async function cartridgeIds(db: Db, names: readonly string[]): Promise<Map<string, number>> {
  await db
    .insertInto('cartridges')
    .values(names.map((cartridge) => ({ cartridge })) as never)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const rows = await db.selectFrom('cartridges').select(['id', 'cartridge']).where('cartridge', 'in', names).execute();
  return new Map(rows.map(({ id, cartridge }) => [cartridge, id]));
}

async function archiveIds(db: Db, archive: string): Promise<number[]> {
  const rows = await db.selectFrom('archives').select('id').where('archive', '=', archive).execute();
  return rows.map(({ id }) => id);
}

async function archiveId(db: Db, archive: string): Promise<number> {
  const [id] = await archiveIds(db, archive);
  if (id !== undefined) return id;
  throw new InvalidArgumentError(`the catalogue has no archive ${JSON.stringify(archive)}`, {
    next: 'Record the archive before its members and verifications',
  });
}

function archivesOn(db: Db, cartridge: string, from: number) {
  return db
    .selectFrom('parts')
    .innerJoin('cartridges', 'cartridges.id', 'parts.cartridge_id')
    .select('parts.archive_id')
    .where('cartridges.cartridge', '=', cartridge)
    .where('parts.file_number', '>=', from);
}

async function forgetArchives(db: Db, ids: readonly number[]): Promise<void> {
  for (const id of ids) {
    await db
      .deleteFrom('members')
      .where('id', '>=', id * MOST_MEMBERS)
      .where('id', '<', (id + 1) * MOST_MEMBERS)
      .execute();
    await db.deleteFrom('verifications').where('archive_id', '=', id).execute();
    await db.deleteFrom('parts').where('archive_id', '=', id).execute();
    await db.deleteFrom('archives').where('id', '=', id).execute();
  }
}
