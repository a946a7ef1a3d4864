import { visible } from './terminal.js';
import { widthOf } from './width.js';

const GAP = 2;

/** Rows without borders, in aligned columns; the head is bold on a terminal with colours. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(visible));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  }
  const [first = [], ...others] = cells.map((row) =>
    row.map((cell, column) => [cell, ' '.repeat((widths[column] ?? 0) + GAP - widthOf(cell))] as const),
  );
  const bold = hasColour() ? ['\u001b[1m', '\u001b[22m'] : ['', ''];
  const heading = first.map(([cell, gap]) => `${bold[0]}${cell}${bold[1]}${gap}`);
  const lines = others.map((row) => row.map(([cell, gap]) => cell + gap));
  return (head.length === 0 ? lines : [heading, ...lines]).map((line) => line.join('').trimEnd()).join('\n');
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
