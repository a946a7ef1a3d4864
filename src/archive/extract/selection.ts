import type { ByteString } from '../encode/byte-string.js';

const SPECIAL = /[*?[\\]/;

/**
 * Which members are wanted, by patterns as in .gitignore: `*` and `?` stand for what has no slash, `**` for anything,
 * `[a-z]` for one of these. A pattern with a slash means a path from the beginning, any other a name anywhere. A wanted
 * folder includes all its content.
 */
export class Selection {
  readonly #patterns: readonly RegExp[];
  /** Paths not found yet, if all patterns are paths: then the last wanted member is known. */
  readonly #missing: Set<ByteString> | undefined;

  constructor(patterns: readonly string[]) {
    const bytes = patterns.map((pattern) => Buffer.from(pattern, 'utf8').toString('latin1').replace(/^\.\//, ''));
    this.#patterns = bytes.map(compile);
    const paths = bytes.map((pattern) => pattern.replace(/^\//, '').replace(/\/$/, ''));
    const arePaths = bytes.every((pattern) => !SPECIAL.test(pattern) && isAnchored(pattern));
    this.#missing = arePaths ? new Set(paths) : undefined;
  }

  has(path: ByteString): boolean {
    return this.#patterns.some((pattern) => pattern.test(path));
  }

  /** To be called for each member. Whether it is the last one that is wanted: all patterns are paths of files, and found. */
  finds(path: ByteString, isFolder: boolean): boolean {
    if (this.#missing === undefined || isFolder) return false;
    this.#missing.delete(path);
    return this.#missing.size === 0;
  }
}

function isAnchored(pattern: ByteString): boolean {
  return pattern.replace(/\/$/, '').includes('/');
}

function compile(pattern: ByteString): RegExp {
  const anchored = isAnchored(pattern);
  const body = pattern.replace(/^\//, '').replace(/\/$/, '').replaceAll(TOKEN, translate);
  return new RegExp(`^${anchored ? '' : '(?:.*/)?'}${body}(?:/.*)?$`, 's');
}

const TOKEN = /\*\*\/|\*\*|\*|\?|\[!?[^\]/]+\]|\\.|[^*?]/gs;

function translate(token: string): string {
  if (token === '**/') return '(?:.*/)?';
  if (token === '**') return '.*';
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (token.startsWith('[') && token.length > 1) {
    const isNegated = token.startsWith('[!');
    const members = token.slice(isNegated ? 2 : 1, -1).replaceAll(/[\\\]^]/g, '\\$&');
    return `[${isNegated ? '^/' : ''}${members}]`;
  }
  const literal = token.startsWith('\\') ? token.slice(1) : token;
  return literal.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
