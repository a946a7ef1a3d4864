import { createRequire } from 'node:module';
import { catalogueError } from './engine.js';

/** Values that are bound to a statement or returned by it. */
export type SqlValue = number | bigint | string | Uint8Array | null;

/** An open SQLite database. */
export interface SqliteFile {
  exec(sql: string): void;
  /** The rows of a statement; empty if it returns none. */
  all(sql: string, values: readonly SqlValue[]): Record<string, unknown>[];
  close(): void;
}

interface Statement {
  all(values: SqlValue[]): Record<string, unknown>[];
  /** A database with a statement that is not finalized stays open, whatever is closed. */
  finalize(): void;
}

interface Opened {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** `DatabaseSync` of node:sqlite, which the types of the oldest supported Node.js do not have. */
interface NodeSqlite {
  readonly DatabaseSync: new (
    path: string,
  ) => {
    exec(sql: string): void;
    prepare(sql: string): { all(...values: SqlValue[]): Record<string, unknown>[] };
    close(): void;
  };
}

interface WasmSqlite {
  readonly Database: new (path: string) => Opened;
}

export const SQLITE_DRIVERS = ['node:sqlite', 'node-sqlite3-wasm'] as const;
export type SqliteDriverName = (typeof SQLITE_DRIVERS)[number];

/** Number of statements that are kept prepared. */
const MOST_STATEMENTS = 128;

/**
 * Opens a file, which is created if it does not exist: with Node's own SQLite if that has FTS5, otherwise with
 * node-sqlite3-wasm. Throws CatalogueError if there is neither, and the errors of SQLite.
 */
export function openSqliteFile(
  path: string,
  driver?: SqliteDriverName,
): { file: SqliteFile; driver: SqliteDriverName } {
  const own = driver === 'node-sqlite3-wasm' ? undefined : nodeSqlite();
  if (own !== undefined) return { file: keepingStatements(openWithNode(own, path)), driver: 'node:sqlite' };
  return { file: keepingStatements(new (wasmSqlite(path).Database)(path)), driver: 'node-sqlite3-wasm' };
}

function keepingStatements(opened: Opened): SqliteFile {
  const statements = new Map<string, Statement>();
  return {
    exec: (sql) => opened.exec(sql),
    all: (sql, values) => {
      const statement = statements.get(sql) ?? opened.prepare(sql);
      let isKept = false;
      try {
        const rows = statement.all([...values]);
        isKept = statements.has(sql) || statements.size < MOST_STATEMENTS;
        if (isKept) statements.set(sql, statement);
        return rows;
      } finally {
        // After a failure it cannot be executed again.
        if (!isKept) {
          statements.delete(sql);
          discard(statement);
        }
      }
    },
    close: () => {
      for (const statement of statements.values()) discard(statement);
      statements.clear();
      opened.close();
    },
  };
}

function discard(statement: Statement): void {
  try {
    statement.finalize();
  } catch {
    // It is finalized: SQLite tells here once more why its last execution failed.
  }
}

function openWithNode({ DatabaseSync }: NodeSqlite, path: string): Opened {
  const database = new DatabaseSync(path);
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      // Closing the database finalizes it, or garbage collection.
      return { all: (values) => statement.all(...values), finalize: () => undefined };
    },
    close: () => database.close(),
  };
}

let found: NodeSqlite | undefined;
let looked = false;

/** Undefined if Node.js has no SQLite, or one without FTS5. */
function nodeSqlite(): NodeSqlite | undefined {
  if (looked) return found;
  looked = true;
  const module = quietly(() => process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined);
  if (module === undefined) return undefined;
  const trial = new module.DatabaseSync(':memory:');
  try {
    trial.exec("CREATE VIRTUAL TABLE trial USING fts5(text, tokenize = 'trigram')");
    found = module;
  } catch {
    // Built without FTS5.
  } finally {
    trial.close();
  }
  return found;
}

/** Suppresses Node's warning that the module is experimental: what is used of it is tested with each version. */
function quietly<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function wasmSqlite(path: string): WasmSqlite {
  try {
    return createRequire(import.meta.url)('node-sqlite3-wasm') as WasmSqlite;
  } catch (cause) {
    throw catalogueError(path, 'no-driver', 'this Node.js has no SQLite, and node-sqlite3-wasm is not installed', {
      cause,
      next: 'Install node-sqlite3-wasm, or use Node.js 22.13 or newer',
    });
  }
}
