import { dirname } from 'node:path';
import { table } from '../table.js';
import { ENTRY, FLOORS, floorOf } from './floors.js';
import { grouped, reduced } from './graph.js';
import type { Imports } from './imports.js';

const BEGIN = '<!-- map: drawn by `npx vitest run test/docs -u` -->';
const END = '<!-- /map -->';

/** A page with the map between its two marks drawn anew. */
export function withMap(page: string, imports: Imports): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`The marks of the map are missing: ${BEGIN} and ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n${map(imports)}\n${page.slice(end)}`;
}

/** The floors with their arrows, the highest first, and the rooms of each. */
function map(imports: Imports): string {
  const below = new Map([...imports].filter(([file]) => file !== ENTRY));
  const floors = grouped(below, floorOf);
  const present = Object.entries(FLOORS)
    .filter(([floor]) => floors.has(floor))
    .reverse();
  const arrows = reduced(floors);
  const lines = present.flatMap(([floor]) => (arrows.get(floor) ?? []).map((target) => `  ${floor} --> ${target}`));
  const rooms = (floor: string) =>
    [...new Set([...below.keys()].filter((file) => floorOf(file) === floor).map(dirname))]
      .filter((folder) => folder !== floor)
      .map((folder) => `\`${folder.slice(floor.length + 1)}/\``)
      .sort();
  const rows = present.map(([floor, subject]) => [`\`src/${floor}/\``, subject, rooms(floor).join(' ')]);
  return [['```mermaid', 'flowchart TD', ...lines, '```'].join('\n'), table(['Floor', 'Subject', 'Rooms'], rows)].join(
    '\n\n',
  );
}
