import type { PatternPart } from '../engine/engine.js';

/** Shortest piece that an index of trigrams finds. */
const SHORTEST = 3;

/**
 * A pattern for paths: `*` stands for any text, slashes too, `?` for any character, and a backslash takes the meaning from
 * the character after it. A pattern without wildcards is found anywhere in a path. A slash with nothing but `*` behind it
 * is followed by something: `photos/*` is what is in the folder, and not the folder.
 */
export function parsePattern(pattern: string): PatternPart[] {
  const parts: PatternPart[] = [];
  let text = '';
  const end = () => {
    if (text !== '') parts.push({ text });
    text = '';
  };
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    if (character === '*' || character === '?') {
      end();
      if (character === '?' || parts.at(-1) !== '*') parts.push(character);
    } else {
      if (character === '\\' && at + 1 < pattern.length) at += 1;
      text += pattern[at] ?? '';
    }
  }
  end();
  const whole: PatternPart[] = parts.every((part) => typeof part !== 'string') ? ['*', ...parts, '*'] : parts;
  const before = whole.at(-2);
  const isOpen = whole.at(-1) === '*' && typeof before === 'object' && before.text.endsWith('/');
  return isOpen ? [...whole.slice(0, -1), '?', '*'] : whole;
}

/** Where to look for the members that match: by a piece of their names, by pieces of their folders, or by both in turn. */
export interface Plan {
  readonly name: string | undefined;
  readonly folders: readonly string[];
}

/**
 * How the index finds what matches; undefined if no piece is long enough. A piece between slashes lies whole in the folder
 * of a path or in its name: in the folder if a slash and something more follow, in the name if it ends the pattern.
 */
export function planSearch(parts: readonly PatternPart[]): Plan | undefined {
  const inFolder: string[] = [];
  const anywhere: string[] = [];
  let inName: string | undefined;
  for (const [index, part] of parts.entries()) {
    if (typeof part === 'string') continue;
    const isLast = index === parts.length - 1;
    // The slash at the end of a folder's path belongs to its name.
    const pieces = (isLast ? part.text.replace(/\/$/, '') : part.text).split('/');
    const end = pieces.pop() ?? '';
    inFolder.push(...pieces.filter(isLong));
    if (!isLong(end)) continue;
    if (isLast) inName = end;
    else anywhere.push(end);
  }
  const folderLength = inFolder.reduce((sum, piece) => sum + piece.length, 0);
  if (folderLength > (inName?.length ?? 0)) return { name: undefined, folders: inFolder };
  if (inName !== undefined) return { name: inName, folders: [] };
  const [piece] = anywhere.toSorted((one, other) => other.length - one.length);
  return piece === undefined ? undefined : { name: piece, folders: [piece] };
}

function isLong(piece: string): boolean {
  return [...piece].length >= SHORTEST;
}
