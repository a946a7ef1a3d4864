import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Does something with a folder that is gone afterwards; in memory unless told otherwise. */
export async function withFolder(work, parent = '/dev/shm') {
  const folder = await mkdtemp(join(parent, 'node-lto-bench-')).catch(() => mkdtemp(join(tmpdir(), 'node-lto-bench-')));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const FILL = 4 * 1024 * 1024;

/** Makes a file of so many bytes with something in each of its pages. */
export async function fillFile(path, bytes) {
  const file = await open(path, 'w');
  try {
    const filler = Buffer.alloc(FILL, 'lto');
    for (let left = bytes; left > 0; left -= filler.length) await file.write(filler, 0, Math.min(left, filler.length));
  } finally {
    await file.close();
  }
}
