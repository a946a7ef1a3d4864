import { rmdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { ProcessLock } from '../../locks/process-lock.js';
import { catalogueError } from './engine.js';
import { openSqliteFile, type SqliteDriverName, type SqliteFile, type SqlValue } from './sqlite-file.js';

const LOOK_AGAIN_MS = 5;

export interface SqliteDriverOptions {
  readonly path: string;
  /** Milliseconds to wait while another process uses the file. */
  readonly busyTimeoutMs: number;
  readonly driver?: SqliteDriverName | undefined;
}

/**
 * One connection, used by one piece of work at a time across all processes: node:sqlite and node-sqlite3-wasm do not
 * see each other's locks, and a lock of the latter outlives a killed process.
 */
export class SqliteDriver implements Driver {
  readonly #options: SqliteDriverOptions;
  #file: SqliteFile | undefined;
  #driver: SqliteDriverName | undefined;
  #last: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;
  #lock: ProcessLock | undefined;

  constructor(options: SqliteDriverOptions) {
    this.#options = options;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#last;
    let release = () => {};
    this.#last = new Promise<void>((resolve) => {
      release = resolve;
    });
    await before;
    try {
      this.#lock = await this.#lockFile();
      const file = await this.#opened();
      this.#release = release;
      return new SqliteConnection(file);
    } catch (error) {
      await this.#unlock();
      release();
      throw error;
    }
  }

  async releaseConnection(): Promise<void> {
    const release = this.#release;
    this.#release = undefined;
    try {
      await this.#unlock();
    } finally {
      release?.();
    }
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    (connection as SqliteConnection).exec('BEGIN IMMEDIATE');
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    (connection as SqliteConnection).exec('COMMIT');
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      (connection as SqliteConnection).exec('ROLLBACK');
    } catch (error) {
      // SQLite has rolled back by itself, as on a full disk: the error of the statement is the one to tell.
      if (isRolledBack(error)) return;
      // What is half written is undone when the file is opened again.
      const file = this.#file;
      this.#file = undefined;
      if (file) closeAfterFailure(file);
    }
  }

  async destroy(): Promise<void> {
    await this.#last;
    const file = this.#file;
    this.#file = undefined;
    file?.close();
  }

  async #opened(): Promise<SqliteFile> {
    const { path, driver } = this.#options;
    // Left by a process that was killed: the holder of our lock is the only user.
    if (this.#driver !== 'node:sqlite') await rmdir(`${path}.lock`).catch(() => undefined);
    if (this.#file !== undefined) return this.#file;
    const opened = openSqliteFile(path, driver);
    this.#driver = opened.driver;
    try {
      for (const pragma of PRAGMAS) opened.file.exec(`PRAGMA ${pragma}`);
    } catch (error) {
      closeAfterFailure(opened.file);
      throw error;
    }
    this.#file = opened.file;
    return opened.file;
  }

  async #lockFile(): Promise<ProcessLock> {
    const { path, busyTimeoutMs } = this.#options;
    const end = Date.now() + busyTimeoutMs;
    for (;;) {
      const lock = await ProcessLock.acquire(dirname(path), `${basename(path)}.`, busyTimeoutMs);
      if (lock instanceof ProcessLock) return lock;
      if (Date.now() >= end) {
        const leftover = lock.leftover === undefined ? {} : { next: `If it is gone, remove ${lock.leftover}` };
        throw catalogueError(path, 'busy', `${lock.who} has had the catalogue for ${busyTimeoutMs} ms`, leftover);
      }
      await delay(LOOK_AGAIN_MS);
    }
  }

  async #unlock(): Promise<void> {
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }
}

/** The failure is the one to tell. */
function closeAfterFailure(file: SqliteFile): void {
  try {
    file.close();
  } catch {
    // Nothing of it is used any more.
  }
}

function isRolledBack(error: unknown): boolean {
  return error instanceof Error && /no transaction is active/.test(error.message);
}

/** A commit is on disk; the journal is kept as an empty file, and pages are cached up to 64 MiB. */
const PRAGMAS = ['synchronous = FULL', 'journal_mode = TRUNCATE', 'foreign_keys = OFF', 'cache_size = -65536'];

class SqliteConnection implements DatabaseConnection {
  readonly #file: SqliteFile;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  exec(sql: string): void {
    this.#file.exec(sql);
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    return { rows: this.#file.all(sql, parameters.map(sqlValue)) as R[] };
  }

  // biome-ignore lint/correctness/useYield: Kysely requires the method, and nothing here streams.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('rows are not streamed');
  }
}

function sqlValue(value: unknown): SqlValue {
  if (value === undefined || value === null) return null;
  return typeof value === 'boolean' ? Number(value) : (value as SqlValue);
}
