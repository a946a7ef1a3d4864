import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import type { CatalogueReason } from '../../errors/index.js';
import type { Engine, PatternPart } from './engine.js';
import { BY_VALUES } from './insert-members.js';
import { SqliteDriver, type SqliteDriverOptions } from './sqlite-driver.js';
import type { Tables } from './tables.js';

/** `LTOC`, in the header of the file. */
const APPLICATION_ID = 0x4c54_4f43;

export function sqliteEngine(options: SqliteDriverOptions): Engine {
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new SqliteDriver(options),
      createIntrospector: (own) => new SqliteIntrospector(own),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  return {
    location: options.path,
    db,
    numbered: (column) => column.primaryKey(),
    largeInteger: 'integer',
    insertion: BY_VALUES,
    lockSchema: (transaction) => sql.raw(`PRAGMA application_id = ${APPLICATION_ID}`).execute(transaction),
    isForeign: () => isForeign(db),
    createSearch,
    named: (piece) => ({
      from: sql`member_names cross join members m on m.id = member_names.rowid cross join folders f on f.id = m.folder_id`,
      where: sql`member_names match ${trigrams([piece])}`,
    }),
    inFolders: (pieces) => ({
      from: sql`folder_paths cross join folders f on f.id = folder_paths.rowid cross join members m on m.folder_id = f.id`,
      where: sql`folder_paths match ${trigrams(pieces)}`,
    }),
    matches: (text, pattern) => sql`${text} glob ${pattern.map(globPart).join('')}`,
    reasonOf,
    close: () => db.destroy(),
  };
}

async function isForeign(db: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql<{ id: number; tables: number }>`
    SELECT application_id AS id, (SELECT count(*) FROM sqlite_master) AS tables FROM pragma_application_id`.execute(db);
  return rows.some(({ id, tables }) => id !== APPLICATION_ID && tables > 0);
}

/** FTS5 finds pieces of three or more characters; triggers keep it up to date. Positions would double its size. */
async function createSearch(db: Kysely<Tables>): Promise<void> {
  for (const [index, table, column] of [
    ['member_names', 'members', 'name'],
    ['folder_paths', 'folders', 'path'],
  ] as const) {
    const added = `INSERT INTO ${index}(rowid, ${column}) VALUES (new.id, new.${column});`;
    const removed = `INSERT INTO ${index}(${index}, rowid, ${column}) VALUES ('delete', old.id, old.${column});`;
    const statements = [
      `CREATE VIRTUAL TABLE ${index} USING fts5(${column}, content = '${table}', content_rowid = 'id',
        tokenize = 'trigram case_sensitive 1', detail = none, columnsize = 0)`,
      `INSERT INTO ${index}(${index}, rank) VALUES ('hashsize', ${16 * 2 ** 20})`,
      `CREATE TRIGGER ${index}_added AFTER INSERT ON ${table} BEGIN ${added} END`,
      `CREATE TRIGGER ${index}_removed AFTER DELETE ON ${table} BEGIN ${removed} END`,
    ];
    for (const statement of statements) await sql.raw(statement).execute(db);
  }
}

/** All trigrams of the pieces: without positions, FTS5 knows nothing else about them. */
function trigrams(pieces: readonly string[]): string {
  const found = new Set<string>();
  for (const piece of pieces) {
    const characters = [...piece];
    for (let at = 0; at + 3 <= characters.length; at += 1) found.add(characters.slice(at, at + 3).join(''));
  }
  return [...found].map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');
}

function globPart(part: PatternPart): string {
  return typeof part === 'string' ? part : part.text.replaceAll(/[[*?]/g, '[$&]');
}

const REASONS: readonly (readonly [RegExp, CatalogueReason])[] = [
  [/not a database|malformed|corrupt/i, 'malformed'],
  [/database (table )?is locked|busy/i, 'busy'],
  // node-sqlite3-wasm has one message for all failures of writing.
  [/disk is full|disk I\/O/i, 'disk'],
  [/unable to open|readonly|read-only/i, 'unreachable'],
];

function reasonOf(error: unknown): CatalogueReason | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '' } = error as NodeJS.ErrnoException;
  // From the lock file, in a folder that does not exist or cannot be entered.
  if (/^E[A-Z]+$/.test(code)) return 'unreachable';
  if (code !== 'ERR_SQLITE_ERROR' && error.name !== 'SQLite3Error') return undefined;
  return REASONS.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'failed';
}
