import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Pool, PoolConfig } from 'pg';
import type { CatalogueReason } from '../../errors/index.js';
import { catalogueError, type Engine, type PatternPart } from './engine.js';
import { BY_ARRAYS } from './insert-members.js';
import type { Tables } from './tables.js';

/** The tables have a schema of their own. */
const SCHEMA = 'lto';
/** Advisory lock held while the schema of a catalogue is changed. The number is arbitrary. */
const SCHEMA_LOCK = 0x4c54_4f43;
/** OID of `bigint`, whose values here are all safe integers. */
const INT8 = 20;

/** Rejects with CatalogueError if `pg` is not installed. Connects with the first query. */
export async function postgresEngine(url: string, busyTimeoutMs: number): Promise<Engine> {
  const location = withoutPassword(url);
  const { Pool: PgPool, types } = await loadPg(location);
  const config: PoolConfig = {
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: busyTimeoutMs,
    lock_timeout: busyTimeoutMs,
    options: `-c search_path=${SCHEMA},public`,
    application_name: 'node-lto',
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8 ? Number : types.getTypeParser(oid, format ?? 'text')) as typeof types.getTypeParser,
    },
  };
  const pool: Pool = new PgPool(config);
  // An idle connection that breaks is replaced when the next one is needed.
  pool.on('error', () => undefined);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    location,
    db,
    numbered: (column) => column.primaryKey().generatedByDefaultAsIdentity(),
    largeInteger: 'bigint',
    insertion: BY_ARRAYS,
    lockSchema: async (transaction) => {
      await sql`SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`.execute(transaction);
      await sql`CREATE SCHEMA IF NOT EXISTS ${sql.id(SCHEMA)}`.execute(transaction);
    },
    isForeign: async () => false,
    createSearch,
    named: (piece) => ({
      from: sql`members m join folders f on f.id = m.folder_id`,
      where: sql`m.name like ${`%${literal(piece)}%`}`,
    }),
    inFolders: (pieces) => ({
      from: sql`folders f join members m on m.folder_id = f.id`,
      where: sql.join(
        pieces.map((piece) => sql`f.path like ${`%${literal(piece)}%`}`),
        sql` and `,
      ),
    }),
    matches: (text, pattern) => sql`${text} like ${pattern.map(likePart).join('')}`,
    reasonOf,
    close: () => db.destroy(),
  };
}

async function loadPg(location: string): Promise<typeof import('pg')> {
  try {
    const module = (await import('pg')) as { readonly default?: typeof import('pg') } & typeof import('pg');
    return module.default ?? module;
  } catch (cause) {
    throw catalogueError(location, 'no-driver', 'the package pg is not installed', { cause, next: 'Install pg' });
  }
}

async function createSearch(db: Kysely<Tables>): Promise<void> {
  await sql`CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public`.execute(db);
  await sql`CREATE INDEX member_names ON members USING gin (name public.gin_trgm_ops)`.execute(db);
  await sql`CREATE INDEX folder_paths ON folders USING gin (path public.gin_trgm_ops)`.execute(db);
}

function likePart(part: PatternPart): string {
  if (part === '*') return '%';
  return part === '?' ? '_' : literal(part.text);
}

function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

function withoutPassword(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return 'postgresql';
  }
}

/** Classes of SQLSTATE, and single ones: connection exception, insufficient resources, operator intervention, and so on. */
const REASONS: readonly (readonly [RegExp, CatalogueReason])[] = [
  [/^(53100|58030)/, 'disk'],
  [/^(08|53|57P|28|3D)/, 'unreachable'],
  [/^(55P03|40|57014)/, 'busy'],
  [/^(42P01|42703|XX00)/, 'malformed'],
  [/^[0-9A-Z]{5}$/, 'failed'],
  [/^E[A-Z_]+$/, 'unreachable'],
];

function reasonOf(error: unknown): CatalogueReason | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '' } = error as NodeJS.ErrnoException;
  const reason = REASONS.find(([pattern]) => pattern.test(code))?.[1];
  if (reason !== undefined) return reason;
  // Errors that pg itself raises have no code.
  return /connection|timeout exceeded|not queryable/i.test(error.message) ? 'unreachable' : undefined;
}
