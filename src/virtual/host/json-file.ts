import { type FileHandle, open, readFile, rename } from 'node:fs/promises';

import { onHostFile } from './host-file.js';

/** Reads a file written by `writeJson`. Rejects with the file system's error, or a SyntaxError. */
export async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

/**
 * Replaces a file atomically: readers find the old content or the new, also after a crash. Rejects with TransportError
 * when the disk is full.
 */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const fresh = `${path}.new`;
  await onHostFile(path, async () => {
    const file = await createOwn(fresh);
    try {
      await file.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  });
}

/** Only its owner may use what a cartridge holds, whatever the umask. */
const OWNER_ONLY = 0o600;

/** Opens a file to be written, empty, for its owner alone. */
export async function createOwn(path: string): Promise<FileHandle> {
  const file = await open(path, 'w', OWNER_ONLY);
  try {
    if (process.platform !== 'win32') await file.chmod(OWNER_ONLY);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
