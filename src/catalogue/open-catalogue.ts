import { resolve } from 'node:path';
import { LONGEST_DELAY_MS, requireNumbers } from '../arguments/number.js';
import { type CallOptions, requireNonEmptyText, requireOptions } from '../arguments/options.js';
import { unlessAborted } from '../arguments/signal.js';
import { InvalidArgumentError } from '../errors/index.js';
import { type Engine, failing } from './engine/engine.js';
import { postgresEngine } from './engine/postgres.js';
import { sqliteEngine } from './engine/sqlite.js';
import { SQLITE_DRIVERS, type SqliteDriverName } from './engine/sqlite-file.js';
import type { Catalogue } from './model/catalogue.js';
import { SqlCatalogue } from './sql-catalogue.js';
import { migrate } from './store/migrate.js';

export interface CatalogueOptions extends CallOptions {
  /** How long another process may have the catalogue, in milliseconds. Default 10,000. */
  readonly busyTimeoutMs?: number | undefined;
  /** For a file. Default: Node's own SQLite where there is one, otherwise node-sqlite3-wasm. */
  readonly sqlite?: SqliteDriverName | undefined;
}

const RANGES = { busyTimeoutMs: { min: 0, max: LONGEST_DELAY_MS, unit: 'milliseconds' } };
const DEFAULT_BUSY_MS = 10_000;
const POSTGRES = /^postgres(ql)?:\/\//;

/**
 * Opens a catalogue: the path of an SQLite file, which is made in its folder if it is not there, or the URL of a PostgreSQL database
 * (`postgresql://user@host/database`). Its schema is brought up to date. Rejects with CatalogueError.
 */
export async function openCatalogue(location: string, options: CatalogueOptions = {}): Promise<Catalogue> {
  const details = { operation: 'open catalogue' };
  requireNonEmptyText('location', location, details);
  requireOptions(options, details);
  requireNumbers(options, RANGES, details);
  const { busyTimeoutMs = DEFAULT_BUSY_MS, sqlite, signal } = options;
  if (sqlite !== undefined && !SQLITE_DRIVERS.includes(sqlite)) {
    throw new InvalidArgumentError('sqlite is no driver', { ...details, next: `Give ${SQLITE_DRIVERS.join(' or ')}` });
  }
  const engine = await engineFor(location, busyTimeoutMs, sqlite);
  try {
    await unlessAborted(
      failing(engine, () => migrate(engine)),
      signal,
    );
    return new SqlCatalogue(engine);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function engineFor(
  location: string,
  busyTimeoutMs: number,
  driver: SqliteDriverName | undefined,
): Promise<Engine> {
  if (POSTGRES.test(location)) {
    return postgresEngine(location, busyTimeoutMs);
  }
  const path = resolve(location);
  return sqliteEngine({ path, busyTimeoutMs, driver });
}
