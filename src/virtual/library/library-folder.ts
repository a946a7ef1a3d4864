import { access } from 'node:fs/promises';
import { join } from 'node:path';

/** The record of a library, in its folder. */
export const LIBRARY_FILE = 'library.json';
/** What the record says it is. */
export const LIBRARY_FORMAT = 'node-lto virtual library 1';

/** Whether a folder is that of a library. */
export async function isLibrary(folder: string): Promise<boolean> {
  return access(join(folder, LIBRARY_FILE)).then(
    () => true,
    () => false,
  );
}

/** Folder of the drive at the n-th data transfer element, counted from 1. */
export function driveFolder(folder: string, number: number): string {
  return join(folder, 'drives', String(number));
}
