import { mkdtemp, rm } from 'node:fs/promises';
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
