import { CompiledQuery } from 'kysely';

/** Columns of `members`, with their types in PostgreSQL. */
const COLUMNS = {
  id: 'bigint',
  folder_id: 'integer',
  name: 'text',
  path_bytes: 'text',
  type: 'text',
  size: 'bigint',
  modified: 'bigint',
  start: 'bigint',
  length: 'bigint',
  target: 'text',
} as const;

export type MemberColumn = keyof typeof COLUMNS;
/** Rows of members, by columns. */
export type MemberColumns = Readonly<Record<MemberColumn, readonly (string | number | null)[]>>;

/** How an engine inserts members; those that are there stay. */
export interface MemberInsertion {
  /** Most rows of one statement. */
  readonly rows: number;
  readonly statement: (columns: MemberColumns) => CompiledQuery;
}

const NAMES = Object.keys(COLUMNS) as MemberColumn[];
const INTO = `INSERT INTO members (${NAMES.join(', ')})`;
const texts = new Map<number, string>();

/** A value of each row and column: SQLite takes 32766. Kysely would make the statement anew each time, which takes longer than running it. */
export const BY_VALUES: MemberInsertion = {
  rows: 500,
  statement: (columns) => {
    const rows = columns.id.length;
    const values: unknown[] = [];
    for (let row = 0; row < rows; row += 1) for (const name of NAMES) values.push(columns[name][row]);
    return CompiledQuery.raw(valuesText(rows), values);
  },
};

function valuesText(rows: number): string {
  let text = texts.get(rows);
  if (text === undefined) {
    // To SQLite `$1` is a name, which node:sqlite does not bind by its place.
    const row = `(${NAMES.map(() => '?').join(',')})`;
    text = `${INTO} VALUES ${Array(rows).fill(row).join(',')} ON CONFLICT DO NOTHING`;
    if (texts.size < 16) texts.set(rows, text);
  }
  return text;
}

const UNNEST = `${INTO} SELECT * FROM unnest(${NAMES.map((name, at) => `$${at + 1}::${COLUMNS[name]}[]`).join(',')}) ON CONFLICT DO NOTHING`;

/** An array of each column: PostgreSQL reads ten parameters, and not ten for each row. */
export const BY_ARRAYS: MemberInsertion = {
  rows: 2000,
  statement: (columns) =>
    CompiledQuery.raw(
      UNNEST,
      NAMES.map((name) => arrayText(columns[name])),
    ),
};

/** An array as PostgreSQL reads it. */
function arrayText(values: readonly (string | number | null)[]): string {
  let text = '{';
  for (const [index, value] of values.entries()) {
    if (index > 0) text += ',';
    if (value === null) text += 'NULL';
    else text += typeof value === 'number' ? value : quoted(value);
  }
  return `${text}}`;
}

const SPECIAL = /["\\]/;
const ALL_SPECIAL = /["\\]/g;

function quoted(text: string): string {
  return `"${SPECIAL.test(text) ? text.replace(ALL_SPECIAL, '\\$&') : text}"`;
}
