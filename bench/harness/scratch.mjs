import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onInterruption } from './interruption.mjs';

/** Of memory, for everything else. */
const RESERVE = 2 * 2 ** 30;

/** Does something with a folder that is gone afterwards, also after a signal; in memory unless told otherwise. */
export async function withFolder(work, parent = '/dev/shm') {
  const folder = await mkdtemp(join(parent, 'node-lto-bench-')).catch(() => mkdtemp(join(tmpdir(), 'node-lto-bench-')));
  const removed = onInterruption(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    removed();
  }
}

/** Throws where a folder in memory, or the memory itself, has less room than that: the kernel would end some process. */
export async function requireRoom(folder, bytes) {
  const { bavail, bsize } = await statfs(folder);
  const [, available] = /^MemAvailable:\s*(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  const room = Math.min(bavail * bsize, Number(available ?? 0) * 1024 - RESERVE);
  if (room >= bytes) return;
  const gigabytes = (count) => `${(count / 1e9).toFixed(1)} GB`;
  throw new Error(`this takes ${gigabytes(bytes)} in ${folder}, which has room for ${gigabytes(Math.max(0, room))}`);
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
