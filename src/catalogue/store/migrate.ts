import type { Kysely } from 'kysely';
import { catalogueError, type Engine } from '../engine/engine.js';
import type { Tables } from '../engine/tables.js';
import { LATEST, MIGRATIONS } from './migrations.js';

/**
 * Updates the schema to `version` in one transaction. Rejects with CatalogueError if the database holds something else,
 * or if the schema is newer than this library.
 */
export async function migrate(engine: Engine, version = LATEST): Promise<void> {
  const found = await versionOf(engine.db);
  if (found === version) return;
  requireKnown(engine, found);
  if (found === undefined && (await engine.isForeign())) {
    throw catalogueError(engine.location, 'malformed', 'it is a database of something else');
  }
  await engine.db.transaction().execute(async (transaction) => {
    await engine.lockSchema(transaction);
    await transaction.schema
      .createTable('schema_version')
      .ifNotExists()
      .addColumn('version', 'integer', (column) => column.notNull())
      .execute();
    // Another process may have done it meanwhile.
    const now = (await readVersion(transaction)) ?? 0;
    requireKnown(engine, now);
    if (now >= version) return;
    for (const step of MIGRATIONS.slice(now, version)) await step(transaction, engine);
    await transaction.deleteFrom('schema_version').execute();
    await transaction.insertInto('schema_version').values({ version }).execute();
  });
}

function requireKnown({ location }: Engine, version = 0): void {
  if (version <= LATEST) return;
  throw catalogueError(location, 'newer-schema', `its schema is version ${version}, and this library knows ${LATEST}`);
}

/** Undefined if there is no schema yet. */
async function versionOf(db: Kysely<Tables>): Promise<number | undefined> {
  try {
    return await readVersion(db);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === '42P01' || /no such table/.test(message)) return undefined;
    throw error;
  }
}

async function readVersion(db: Kysely<Tables>): Promise<number | undefined> {
  return (await db.selectFrom('schema_version').select('version').executeTakeFirst())?.version;
}
