import { COUNTER, type LogValueKind } from './kinds.js';
import type { LogTableEntry, LogUnit } from './values.js';

/** A row of a log table. */
export function entry<const Key extends string, Kind extends LogValueKind<unknown>>(
  code: number,
  key: Key,
  name: string,
  kind: Kind,
  length: number,
  unit?: LogUnit,
): LogTableEntry & { readonly key: Key; readonly kind: Kind } {
  return { code, key, name, kind, length, ...(unit !== undefined && { unit }) };
}

/** A row with an unsigned number. */
export function counter<const Key extends string>(
  code: number,
  key: Key,
  name: string,
  length: number,
  unit?: LogUnit,
): LogTableEntry & { readonly key: Key; readonly kind: typeof COUNTER } {
  return entry(code, key, name, COUNTER, length, unit);
}
