import { decodeTextMembers } from '../../archive/decode/text-members.js';
import { encodeTextMembers } from '../../archive/encode/text-members.js';
import type { CatalogueChange } from '../record/changes.js';
import { requireChanges } from '../record/require-changes.js';

/** Name of the first member of an index archive: what a catalogue would be told of this cartridge, in JSON lines. */
export const INDEX_MEMBER = 'lto-index.jsonl';
/** The second: how to read the cartridge without this software. */
export const RESTORE_MEMBER = 'RESTORE.txt';

const VERSION = 1;

/** A range of files, both ends included. */
export type FileRange = readonly [first: number, last: number];

/** What the first line says. */
export interface IndexHead {
  readonly cartridge: string;
  /** Of the index archive itself. It describes the files before it. */
  readonly fileNumber: number;
  /** Files before it that it does not describe: they were written without an index. */
  readonly unknown: readonly FileRange[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** Members that an earlier index archive of the cartridge has. */
export interface MembersElsewhere {
  readonly archive: string;
  readonly fileNumber: number;
}

export interface TapeIndex extends IndexHead {
  readonly changes: readonly CatalogueChange[];
  readonly elsewhere: readonly MembersElsewhere[];
}

/** The bytes of an index archive. `lines`: what is between its first and its last line, each in JSON. */
export function encodeIndex(head: IndexHead, lines: readonly string[], restore: string): Buffer {
  const first = JSON.stringify({ type: 'index', version: VERSION, ...head });
  // Without it, the end is missing.
  const last = JSON.stringify({ type: 'end', lines: lines.length + 2 });
  return encodeTextMembers([
    { path: INDEX_MEMBER, content: `${[first, ...lines, last].join('\n')}\n` },
    { path: RESTORE_MEMBER, content: restore },
  ]);
}

export function elsewhereLine({ archive, fileNumber }: MembersElsewhere): string {
  return JSON.stringify({ type: 'members-in', archive, fileNumber });
}

/** Whether an archive that begins with these bytes is an index. */
export function beginsIndex(bytes: Uint8Array): boolean {
  const name = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, INDEX_MEMBER.length + 1));
  return name.toString('latin1') === `${INDEX_MEMBER}\0`;
}

/** What an index archive says; undefined for one that is damaged, cut off, or of a newer version. */
export function decodeIndex(bytes: Uint8Array): TapeIndex | undefined {
  try {
    const text = decodeTextMembers(bytes)?.get(INDEX_MEMBER);
    return text === undefined ? undefined : decodeLines(text.trimEnd().split('\n'));
  } catch {
    // Whatever a tape may hold in its place.
    return undefined;
  }
}

function decodeLines(lines: readonly string[]): TapeIndex | undefined {
  const head = headOf(parse(lines[0]));
  const last = parse(lines.at(-1));
  if (head === undefined || last.type !== 'end' || last.lines !== lines.length) return undefined;
  const changes: unknown[] = [];
  const elsewhere: MembersElsewhere[] = [];
  for (const line of lines.slice(1, -1)) {
    const found = parse(line);
    if (found.type !== 'members-in') changes.push(found);
    else if (typeof found.archive !== 'string' || !isFile(found.fileNumber)) return undefined;
    else elsewhere.push({ archive: found.archive, fileNumber: found.fileNumber });
  }
  requireChanges(changes, { operation: 'read the index' });
  return { ...head, changes: changes.filter(isOfIndex), elsewhere };
}

/** An index says what there is; a tape has no say in what a catalogue forgets. */
function isOfIndex({ type }: CatalogueChange): boolean {
  return type === 'cartridge' || type === 'archive' || type === 'members';
}

function headOf(first: Record<string, unknown>): IndexHead | undefined {
  const { type, version, cartridge, fileNumber, unknown, createdAt } = first;
  if (type !== 'index' || version !== VERSION || typeof cartridge !== 'string' || !isFile(fileNumber)) return undefined;
  if (!Array.isArray(unknown) || !unknown.every(isRange) || !Number.isSafeInteger(createdAt)) return undefined;
  return { cartridge, fileNumber, unknown, createdAt: createdAt as number };
}

function isRange(value: unknown): value is FileRange {
  return Array.isArray(value) && value.length === 2 && value.every(isFile) && Number(value[0]) <= Number(value[1]);
}

function isFile(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function parse(line = ''): Record<string, unknown> {
  const value: unknown = JSON.parse(line);
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new SyntaxError('a line of an index is an object');
}
