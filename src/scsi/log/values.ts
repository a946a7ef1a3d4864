import type { LogValueKind } from './kinds.js';
import { assertLogPage, encodeLogPage, type LogPage, type LogParameter } from './page.js';

export type LogUnit = 'bytes' | 'MB' | 'MiB' | 'hours' | 'm' | 'ms' | '%' | 'ratio x 100' | '°C';

/** One row of a log page's table. */
export interface LogTableEntry {
  readonly code: number;
  readonly key: string;
  /** The standard's name. */
  readonly name: string;
  readonly kind: LogValueKind<unknown>;
  /** Bytes when encoded (of the count, for partition records); any length is decoded. */
  readonly length: number;
  /** MB is 10^6 bytes, MiB 2^20. Absent for plain counts, flags and texts. */
  readonly unit?: LogUnit;
}

/** A log page as a table; one decoder and one encoder serve all tables. */
export interface LogTable {
  readonly page: number;
  readonly subpage: number;
  readonly name: string;
  /** Parameter control byte when encoded. */
  readonly control: number;
  readonly entries: readonly LogTableEntry[];
}

export type KindValue<K> = K extends { encode(value: infer V, length: number): Uint8Array } ? V : never;

/** The values of a page by the keys of its table; a drive omits what it does not count. */
export type LogValues<T extends LogTable> = {
  readonly [E in T['entries'][number] as E['key']]?: KindValue<E['kind']>;
};

export interface DecodedLogPage<T extends LogTable> {
  readonly values: LogValues<T>;
  /** Parameters without a table row, or whose value does not have the row's form. */
  readonly raw: readonly LogParameter[];
  readonly truncated: boolean;
}

/**
 * Reads the parameters of a page by its table. Throws MalformedResponseError when it is another page. The first
 * parameter of a code is used, and empty ones are ignored: mhvtl ends page 17 with a run of empty parameters with code
 * 0.
 */
export function decodeLogValues<T extends LogTable>(table: T, page: LogPage): DecodedLogPage<T> {
  assertLogPage(page, table);
  const values: Record<string, unknown> = {};
  const raw: LogParameter[] = [];
  for (const parameter of page.parameters) {
    const entry = table.entries.find(({ code }) => code === parameter.code);
    if (entry !== undefined && (parameter.value.length === 0 || entry.key in values)) continue;
    const value = entry?.kind.decode(parameter.value);
    if (entry === undefined || value === undefined) raw.push(parameter);
    else values[entry.key] = value;
  }
  return { values: values as LogValues<T>, raw, truncated: page.truncated };
}

/** A page with the given values, in the order of the table. Throws InvalidArgumentError for one that does not fit. */
export function encodeLogValues<T extends LogTable>(table: T, values: LogValues<T>): Uint8Array {
  const { page, subpage, control, entries } = table;
  const given: Readonly<Record<string, unknown>> = values;
  const parameters = entries
    .filter(({ key }) => given[key] !== undefined)
    .map(({ code, key, kind, length }) => ({ code, control, value: kind.encode(given[key], length) }));
  return encodeLogPage({ page, subpage, disableSave: false, parameters });
}
