import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { VerificationError } from '../../errors/index.js';

/** The amount compared. */
export interface Comparison {
  readonly entries: number;
  readonly bytes: number;
}

/** Rejects with VerificationError unless both folders hold the same names, types, permissions, links and bytes. */
export async function compareFolders(original: string, copy: string): Promise<Comparison> {
  const [entries, copied] = [await walkFolder(original), await walkFolder(copy)];
  const present = new Set(copied.map(({ path }) => path));
  const missing = entries.find(({ path }) => !present.has(path));
  if (missing) throw different(missing.path, 'is missing');
  if (copied.length !== entries.length) throw different('', `has ${copied.length - entries.length} entries too many`);
  for (const entry of entries) {
    const [before, after] = [await describe(original, entry), await describe(copy, entry)];
    if (before !== after) throw different(entry.path, `was ${before} and came back as ${after}`);
  }
  return { entries: entries.length, bytes: entries.reduce((sum, { size }) => sum + size, 0) };
}

/** One entry of a folder. */
interface FolderEntry {
  /** Relative to the top folder; empty for that folder itself. */
  readonly path: string;
  /** Bytes of a file; 0 for the others. */
  readonly size: number;
}

async function walkFolder(folder: string): Promise<FolderEntry[]> {
  const entries: FolderEntry[] = [];
  const waiting = [''];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const full = join(folder, path);
    const stats = await lstat(full);
    entries.push({ path, size: stats.isFile() ? stats.size : 0 });
    if (stats.isDirectory()) for (const name of await readdir(full)) waiting.push(join(path, name));
  }
  return entries;
}

/** Type, permissions and content on one line. */
async function describe(folder: string, { path }: FolderEntry): Promise<string> {
  const full = join(folder, path);
  const stats = await lstat(full);
  if (stats.isSymbolicLink()) return `a link to ${await readlink(full)}`;
  const permissions = (stats.mode & 0o777).toString(8);
  return stats.isDirectory() ? `a folder (${permissions})` : `a file (${permissions}) of ${await sha256(full)}`;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function different(path: string, what: string): VerificationError {
  return new VerificationError(`${path || 'the folder'} ${what}`, { operation: 'compare' });
}
