import { open, readFile, rename } from 'node:fs/promises';

/** Reads a file written by `writeJson`. Rejects with the file system's error, or a SyntaxError. */
export async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

/** Replaces a file as a whole: whoever reads it, after a crash too, finds the old content or the new. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, 'w');
  try {
    await file.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}
