import { LONGEST_DELAY_MS, requireNumbers } from '../arguments/number.js';
import type { OptionNames } from '../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireNonEmptyText, requireOptions } from '../arguments/options.js';
import { unlessAborted } from '../arguments/signal.js';
import { InvalidArgumentError } from '../errors/index.js';
import { catalogueFile } from './engine/catalogue-file.js';
import { type Engine, failing } from './engine/engine.js';
import { postgresEngine } from './engine/postgres.js';
import { sqliteEngine } from './engine/sqlite.js';
import { SQLITE_DRIVERS, type SqliteDriverName } from './engine/sqlite-file.js';
import type { Catalogue } from './model/catalogue.js';
import { SqlCatalogue } from './sql-catalogue.js';
import { migrate } from './store/migrate.js';

export interface CatalogueOptions extends CallOptions {
  /** Milliseconds to wait while another process uses the catalogue. Default: 10,000. */
  readonly busyTimeoutMs?: number | undefined;
  /** SQLite library for a file. Default: Node's own SQLite if it has one, otherwise node-sqlite3-wasm. */
  readonly sqlite?: SqliteDriverName | undefined;
}

const OPTIONS: OptionNames<CatalogueOptions> = { ...CALL_OPTIONS, busyTimeoutMs: true, sqlite: true };
const RANGES = { busyTimeoutMs: { min: 0, max: LONGEST_DELAY_MS, unit: 'milliseconds' } };
const DEFAULT_BUSY_MS = 10_000;
const POSTGRES = /^postgres(ql)?:\/\//;

/**
 * Opens a catalogue: an SQLite file by its path, which is created if it does not exist, or a PostgreSQL database by its
 * URL (`postgresql://user@host/database`). Updates the schema. Rejects with CatalogueError.
 */
export async function openCatalogue(location: string, options: CatalogueOptions = {}): Promise<Catalogue> {
  const details = { operation: 'open catalogue' };
  requireNonEmptyText('location', location, details);
  requireOptions(options, details, OPTIONS);
  requireNumbers(options, RANGES, details);
  const { busyTimeoutMs = DEFAULT_BUSY_MS, sqlite, signal } = options;
  if (sqlite !== undefined && !SQLITE_DRIVERS.includes(sqlite)) {
    throw new InvalidArgumentError('sqlite is not a driver', {
      ...details,
      next: `Give ${SQLITE_DRIVERS.join(' or ')}`,
    });
  }
  const engine = await engineFor(location, busyTimeoutMs, sqlite);
  try {
    await unlessAborted(
      failing(engine, () => migrate(engine)),
      signal,
    );
    return new SqlCatalogue(engine);
  } catch (error) {
    await engine.close().catch(() => undefined);
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
  return sqliteEngine({ path: await catalogueFile(location), busyTimeoutMs, driver });
}
