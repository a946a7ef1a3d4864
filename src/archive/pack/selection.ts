import ignore, { type Ignore } from 'ignore';
import { type ByteString, isAscii, toBytes } from '../encode/byte-string.js';
import type { FileTime } from '../encode/file-time.js';
import { type FileStatus, isLater } from './files/file-status.js';

/** The matcher caches every path; after this many it is created again. */
const PATHS_OF_A_MATCHER = 10_000;

/** Patterns of a .gitignore. Checked top down: the content of an excluded folder is never checked. */
export class Exclusion {
  readonly #patterns: readonly string[];
  #matcher: Ignore | undefined;
  #asked = 0;

  constructor(patterns: readonly string[]) {
    this.#patterns = patterns;
  }

  /** `path`: where the patterns begin, without a `/` at its ends. */
  excludes(path: ByteString, isFolder: boolean): boolean {
    if (this.#patterns.length === 0 || path === '') return false;
    this.#asked = (this.#asked + 1) % PATHS_OF_A_MATCHER;
    if (this.#asked === 0) this.#matcher = undefined;
    // Names that begin with `..` are ordinary names here.
    this.#matcher ??= ignore({ allowRelativePaths: true, ignoreCase: false }).add(this.#patterns.join('\n'));
    const text = isAscii(path) ? path : toBytes(path).toString('utf8');
    return this.#matcher.ignores(isFolder ? `${text}/` : text);
  }
}

/** Whether content or status changed after that. */
export function isNewer({ modified, changed }: FileStatus, than: FileTime | undefined): boolean {
  return than === undefined || isLater(modified, than) || isLater(changed, than);
}
