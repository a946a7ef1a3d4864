import { behindLinks, type SharedFile } from '../../locks/behind-links.js';
import { catalogueError } from './engine.js';

/**
 * The path of a catalogue with all links resolved: its lock and its journal are beside it, and must be found by whatever
 * link somebody comes. Rejects with CatalogueError, also for a file with several names (hard links), of which each would
 * have a lock and a journal of its own.
 */
export async function catalogueFile(location: string): Promise<string> {
  const { path, names } = await found(location);
  if (names < 2) return path;
  throw catalogueError(
    path,
    'failed',
    `the file has ${names} names (hard links), and processes would not see each other`,
    {
      next: 'Keep one of its names, and make the others symbolic links to it',
    },
  );
}

async function found(location: string): Promise<SharedFile> {
  try {
    return await behindLinks(location);
  } catch (cause) {
    throw catalogueError(location, 'unreachable', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
