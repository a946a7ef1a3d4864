import Table from 'cli-table3';
import { visible } from './terminal.js';

/** Rows without borders, in aligned columns; the head is bold on a terminal with colours. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const made = new Table({
    head: head.map(visible),
    chars: NO_BORDERS,
    style: { head: hasColour() ? ['bold'] : [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const row of rows) made.push(row.map(visible));
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A name and its value; undefined if there is none. */
export type Fact = readonly [string, string | number | undefined];

/** Names and values; rows without a value are omitted. */
export function facts(rows: readonly Fact[]): string {
  const known = rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return table([], known);
}

function hasColour(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR;
}

const NO_BORDERS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((name) => [name, '']),
);
