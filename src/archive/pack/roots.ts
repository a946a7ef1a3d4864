import { posix } from 'node:path';
import { type ByteString, quoted } from '../encode/byte-string.js';
import { refused } from './failure.js';
import { errorCode, realPath, statLink } from './files/files.js';
import type { PackJob, Root } from './job.js';

/**
 * The starting points for all named paths. Throws PackError unless every path exists and none leads out of the archive.
 */
export function requireRoots(job: PackJob): Iterable<Root> {
  const { sources, list, base } = job;
  const named = base === undefined ? namedByThemselves(sources) : sources.map((path) => rootBelow(base, path));
  for (const { path } of named) requireThere(path);
  for (const path of pathsOf(list)) requireBelow(path);
  return allRoots(named, base ?? '/', list);
}

function* allRoots(named: readonly Root[], base: ByteString, list: Uint8Array | undefined): Generator<Root, void> {
  yield* named;
  for (const path of pathsOf(list)) yield rootBelow(base, path);
}

/** A named link means its target: the link alone would archive no data. */
function namedByThemselves(sources: readonly ByteString[]): Root[] {
  const taken = new Set<ByteString>();
  return sources.map((source) => {
    const path = looking(source, realPath);
    const name = posix.basename(path);
    if (taken.has(name)) {
      throw refused(`two of the sources are called ${quoted(name)}`, 'Name them with -C (`cwd`) by their whole paths');
    }
    taken.add(name);
    return { path, name, patternsFrom: name.length + 1 };
  });
}

/** A path that was given relative to a folder: members are named by it. */
function rootBelow(base: ByteString, path: ByteString): Root {
  requireBelow(path);
  const clean = posix.normalize(path).replace(/(?<=.)\/$/, '');
  const name = clean === '.' ? '' : clean.replace(/^\//, '');
  return { path: clean.startsWith('/') ? clean : posix.join(base, clean), name, patternsFrom: 0 };
}

function requireThere(path: ByteString): void {
  looking(path, statLink);
}

function looking<T>(path: ByteString, look: (path: ByteString) => T): T {
  try {
    return look(path);
  } catch (error) {
    const code = errorCode(error);
    const reason = code === 'ENOENT' ? 'does not exist' : 'can not be looked at';
    throw refused(`${quoted(path)} ${reason}`, 'Name files and folders that are there and may be read', code);
  }
}

function requireBelow(path: ByteString): void {
  if (!/(?:^|\/)\.\.(?:\/|$)/.test(path)) return;
  throw refused(`${quoted(path)} leads out of the archive with its ..`, 'Name it from a folder that it lies below');
}

function* pathsOf(list: Uint8Array | undefined): Generator<ByteString, void> {
  if (list === undefined) return;
  const bytes = Buffer.from(list.buffer, list.byteOffset, list.byteLength);
  for (let begin = 0; begin < bytes.length; ) {
    const found = bytes.indexOf(0, begin);
    const end = found === -1 ? bytes.length : found;
    if (end > begin) yield bytes.toString('latin1', begin, end);
    begin = end + 1;
  }
}

/** The named folders, so that named paths within them are not archived twice. */
export class NamedFolders {
  readonly #names = new Set<ByteString>();

  add(name: ByteString): void {
    this.#names.add(name);
  }

  /** Whether it, or a folder on its way, was added. */
  cover(name: ByteString): boolean {
    if (this.#names.size === 0) return false;
    if (this.#names.has('') || this.#names.has(name)) return true;
    for (let cut = name.indexOf('/'); cut !== -1; cut = name.indexOf('/', cut + 1)) {
      if (this.#names.has(name.slice(0, cut))) return true;
    }
    return false;
  }
}
