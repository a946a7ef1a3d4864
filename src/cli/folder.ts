import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError } from '../errors/index.js';

/** One thing in a folder. */
export interface FolderEntry {
  /** Relative to the folder that was walked; empty for the folder itself. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Bytes of a file; 0 for the others. */
  readonly size: number;
}

/** Everything in a folder, the folder itself first. Throws InvalidArgumentError for what an archive can't hold. */
export async function walkFolder(folder: string, path = ''): Promise<FolderEntry[]> {
  const full = join(folder, path);
  const stats = await lstat(full);
  if (stats.isFile()) return [{ path, type: 'file', size: stats.size }];
  if (stats.isSymbolicLink()) return [{ path, type: 'symlink', size: 0 }];
  if (!stats.isDirectory()) throw unfit(full, 'is neither a file, a folder nor a symbolic link');
  const entries: FolderEntry[] = [{ path, type: 'directory', size: 0 }];
  for (const bytes of await readdir(full, { encoding: 'buffer' })) {
    const name = bytes.toString('utf8');
    // A name in another encoding can't be opened again by its text, and would be left out without a word.
    if (!Buffer.from(name, 'utf8').equals(bytes)) throw unfit(join(full, name), 'has a name that is not UTF-8');
    entries.push(...(await walkFolder(folder, join(path, name))));
  }
  return entries;
}

function unfit(path: string, what: string): InvalidArgumentError {
  return new InvalidArgumentError(`${path} ${what}`, {
    next: 'Leave it out, or pipe an archive of another program into `lto write -`',
  });
}
