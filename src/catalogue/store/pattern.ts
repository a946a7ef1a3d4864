import type { PatternPart } from '../engine/engine.js';

/** Shortest piece that an index of trigrams can find. */
const SHORTEST = 3;

/**
 * A pattern for paths: `*` matches any text, including slashes, `?` any character; a backslash escapes the next
 * character. A pattern without wildcards matches anywhere in a path. `/*` at the end needs at least one character after
 * the slash: `photos/*` matches the content of the folder, not the folder itself.
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

/** How to search for members: by a piece of the name, by pieces of the folder, or by each of these in turn. */
export interface Plan {
  readonly name: string | undefined;
  readonly folders: readonly string[];
}

/**
 * How the index finds matches; undefined if no piece is long enough. A piece between slashes is contained either in the
 * folder of a path or in its name: in the folder if a slash and more text follow, in the name if it ends the pattern.
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
  if (inName !== undefined) return { name: rareOf(inName), folders: [] };
  const [piece] = anywhere.toSorted((one, other) => other.length - one.length);
  return piece === undefined ? undefined : { name: rareOf(piece), folders: [piece] };
}

/** The ending of a file's name, behind enough that tells it from others. */
const ENDING = /(?<=.{5})\.[A-Za-z0-9]{1,5}$/u;

/** A piece of a name without an ending that millions of names have: walking through all of these takes longest. */
function rareOf(piece: string): string {
  return piece.replace(ENDING, '');
}

function isLong(piece: string): boolean {
  return [...piece].length >= SHORTEST;
}
