import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

/** A file, by the path that all who use it have in common. */
export interface SharedFile {
  /** The path with all links resolved, also if the file does not exist yet. */
  readonly path: string;
  /** Number of names (hard links) of the file; 0 if it does not exist. With several, it has no path in common. */
  readonly names: number;
}

/**
 * Finds the file behind a path. What is beside a file, such as its lock, must be named after this path: whoever comes by
 * another link would not see it otherwise. Rejects with the file system's error, also if the folder does not exist.
 */
export function behindLinks(named: string): Promise<SharedFile> {
  return follow(resolve(named));
}

async function follow(path: string): Promise<SharedFile> {
  const real = await realpath(path).catch(absent);
  if (real !== undefined) return { path: real, names: (await stat(real).catch(absent))?.nlink ?? 0 };
  const folder = await realpath(dirname(path));
  const target = await readlink(path).catch(noLink);
  if (target === undefined) return { path: join(folder, basename(path)), names: 0 };
  // A link to a file that is not there, which is made where the link leads. Not normalized: `..` is behind a link, too.
  return follow(isAbsolute(target) ? target : `${folder}/${target}`);
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** `EINVAL`: made a moment ago, as something else than a link. */
function noLink(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EINVAL') absent(error);
}
