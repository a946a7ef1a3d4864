import type { ColumnDefinitionBuilder, Kysely } from 'kysely';
import type { Engine } from '../engine/engine.js';
import type { Tables } from '../engine/tables.js';

type Migration = (db: Kysely<Tables>, engine: Engine) => Promise<void>;

const required = (column: ColumnDefinitionBuilder) => column.notNull();

/** Steps between versions; a catalogue of version n has had the first n. Steps are never changed, only added. */
export const MIGRATIONS: readonly Migration[] = [
  async (db, { numbered }) => {
    await db.schema
      .createTable('cartridges')
      .addColumn('id', 'integer', numbered)
      .addColumn('cartridge', 'text', (column) => column.notNull().unique())
      .addColumn('barcode', 'text')
      .addColumn('medium_serial', 'text')
      .addColumn('generation', 'text')
      .addColumn('pool', 'text')
      .addColumn('capacity_bytes', 'bigint')
      .addColumn('used_bytes', 'bigint')
      .addColumn('state', 'text')
      .addColumn('place', 'text')
      .addColumn('seen_at', 'bigint')
      .execute();
    await db.schema
      .createTable('archives')
      .addColumn('id', 'integer', numbered)
      .addColumn('archive', 'text', (column) => column.notNull().unique())
      .addColumn('state', 'text', required)
      .addColumn('bytes', 'bigint', required)
      .addColumn('checksum', 'text')
      .addColumn('tags', 'text')
      .addColumn('members_complete', 'integer', required)
      .addColumn('member_count', 'bigint', required)
      .addColumn('created_at', 'bigint', required)
      .execute();
    await db.schema
      .createTable('parts')
      .addColumn('archive_id', 'integer', required)
      .addColumn('number', 'integer', required)
      .addColumn('cartridge_id', 'integer', required)
      .addColumn('file_number', 'bigint', required)
      .addColumn('first_logical_object', 'bigint')
      .addColumn('records', 'bigint', required)
      .addColumn('bytes', 'bigint', required)
      .addColumn('record_size', 'bigint', required)
      .addColumn('checksum', 'text')
      .addColumn('encryption_key_id', 'text')
      .addPrimaryKeyConstraint('parts_key', ['archive_id', 'number'])
      .execute();
    await db.schema.createIndex('parts_place').on('parts').columns(['cartridge_id', 'file_number']).execute();
  },
  async (db, { numbered }) => {
    await db.schema
      .createTable('drives')
      .addColumn('id', 'integer', numbered)
      .addColumn('serial_number', 'text', (column) => column.notNull().unique())
      .addColumn('vendor', 'text')
      .addColumn('product', 'text')
      .addColumn('firmware', 'text')
      .addColumn('seen_at', 'bigint')
      .execute();
    await db.schema
      .createTable('verifications')
      .addColumn('archive_id', 'integer', required)
      .addColumn('at', 'bigint', required)
      .addColumn('ok', 'integer', required)
      .addColumn('serial_number', 'text')
      .addColumn('error', 'text')
      .execute();
    await db.schema.createIndex('verifications_of').on('verifications').columns(['archive_id', 'at']).execute();
  },
  async (db, engine) => {
    await db.schema
      .createTable('folders')
      .addColumn('id', 'integer', engine.numbered)
      .addColumn('digest', 'text', (column) => column.notNull().unique())
      .addColumn('path', 'text', required)
      .execute();
    await db.schema
      .createTable('members')
      .addColumn('id', engine.largeInteger, (column) => column.primaryKey())
      .addColumn('folder_id', 'integer', required)
      .addColumn('name', 'text', required)
      .addColumn('path_bytes', 'text')
      .addColumn('type', 'text', required)
      .addColumn('size', 'bigint', required)
      .addColumn('modified', 'bigint', required)
      .addColumn('start', 'bigint', required)
      .addColumn('length', 'bigint', required)
      .addColumn('target', 'text')
      .execute();
    await db.schema.createIndex('members_of_folder').on('members').column('folder_id').execute();
    await engine.createSearch(db);
  },
];

export const LATEST = MIGRATIONS.length;
