// Sections of results as tables of text.
import { rounded, shown } from './statistics.mjs';

const isSpread = (value) => typeof value === 'object' && value !== null && 'median' in value;

function cell(value) {
  if (value === undefined || value === null) return '';
  if (isSpread(value)) return shown(value);
  return typeof value === 'number' ? String(rounded(value)) : String(value);
}

/** A section: `columns` names the members of its rows that are shown, with their headings. */
export function sectionText({ title, columns, rows, notes = [] }) {
  const keys = Object.keys(columns);
  const lines = [Object.values(columns), ...rows.map((row) => keys.map((key) => cell(row[key])))];
  const widths = keys.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const table = lines.map((line) =>
    `  ${line.map((text, column) => text.padEnd(widths[column])).join('  ')}`.trimEnd(),
  );
  return [`\n${title}`, ...table, ...notes.map((note) => `  ${note}`)].join('\n');
}
