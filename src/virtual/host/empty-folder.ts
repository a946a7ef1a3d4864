import { mkdir, readdir } from 'node:fs/promises';
import { InvalidArgumentError } from '../../errors/index.js';

/** Makes a folder for a new device. Rejects with InvalidArgumentError when something is in it. */
export async function makeEmptyFolder(folder: string, kind: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) {
    throw new InvalidArgumentError(`a new virtual ${kind} needs an empty folder`, { device: `virtual:${folder}` });
  }
}
