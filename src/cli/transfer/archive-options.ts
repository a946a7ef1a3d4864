import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { PackOptions } from '../../archive/pack/pack-folder.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { claimStdin } from '../input/stdin.js';

/** Which sources go into an archive, and where they are found. */
export interface ArchiveOptions {
  readonly directory?: string;
  readonly filesFrom?: string;
  /** `-0`: commander calls it by its long name. */
  readonly null?: boolean;
  readonly exclude?: readonly string[];
  readonly excludeFrom?: string;
  readonly oneFileSystem?: boolean;
  readonly newerThan?: string;
  readonly special?: boolean;
  readonly xattrs?: boolean;
  readonly strict?: boolean;
}

/** Whether the options ask for an archive, even of a single file. */
export function wantsArchive({ directory, filesFrom }: ArchiveOptions): boolean {
  return directory !== undefined || filesFrom !== undefined;
}

/** The options for `packFolder`. Rejects with InvalidArgumentError, or with the error of reading a named file. */
export async function packOptions(options: ArchiveOptions): Promise<PackOptions> {
  const { directory, filesFrom, excludeFrom, newerThan, exclude = [] } = options;
  const patterns = excludeFrom === undefined ? [] : [await readFile(excludeFrom, 'utf8')];
  return {
    cwd: directory,
    list: filesFrom === undefined ? undefined : await pathList(filesFrom, options.null ?? false),
    exclude: [...exclude, ...patterns],
    oneFileSystem: options.oneFileSystem,
    newerThan: newerThan === undefined ? undefined : await pointInTime(newerThan),
    special: options.special,
    xattrs: options.xattrs,
    strict: options.strict,
  };
}

const NEWLINE = 0x0a;

/** Paths, each followed by a NUL. */
async function pathList(file: string, isNull: boolean): Promise<Uint8Array> {
  const list = file === '-' ? await buffer(claimStdin('the paths')) : await readFile(file);
  if (isNull) return list;
  if (list.includes(0)) {
    throw new InvalidArgumentError(`the paths of ${file} end with NUL`, { next: 'Use -0' });
  }
  for (let at = list.indexOf(NEWLINE); at !== -1; at = list.indexOf(NEWLINE, at + 1)) list[at] = 0;
  return list;
}

/** A date, or the time of a file whose name begins with `/` or `.`, as in tar. */
async function pointInTime(text: string): Promise<Date> {
  if (/^[./]/.test(text)) return (await stat(text)).mtime;
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a time`, {
    next: 'Write it as 2026-01-31 or 2026-01-31T12:00:00Z, or name a file as ./file',
  });
}
