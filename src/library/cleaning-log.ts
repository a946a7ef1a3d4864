// Loaded when a use is to be counted, since the validator is large.
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { InvalidArgumentError } from '../errors/index.js';
import { behindLinks } from '../locks/behind-links.js';
import { ProcessLock } from '../locks/process-lock.js';
import { readJson, writeJson } from '../virtual/host/json-file.js';

const LOG = z.object({ uses: z.record(z.string(), z.int().min(0)) });
const LOG_PATIENCE_MS = 5000;
const LOG_INTERVAL_MS = 50;

/** Counts a use in a file, which is made when it is missing and replaced as a whole; one process at a time. */
export async function countInLog(named: string, barcode: string): Promise<number> {
  const path = await logFile(named);
  const end = performance.now() + LOG_PATIENCE_MS;
  for (;;) {
    const lock = await ProcessLock.acquire(dirname(path), `.${basename(path)}.`);
    if (!(lock instanceof ProcessLock)) {
      if (performance.now() >= end) throw new Error(`${lock.who} has it`);
      await delay(LOG_INTERVAL_MS);
      continue;
    }
    try {
      const found = await readJson(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return { uses: {} };
        throw error;
      });
      const { uses } = LOG.parse(found);
      const now = (uses[barcode] ?? 0) + 1;
      await writeJson(path, { uses: { ...uses, [barcode]: now } });
      return now;
    } finally {
      await lock.release();
    }
  }
}

/** Throws InvalidArgumentError for a file with several names: replacing it would leave the others with the old counts. */
async function logFile(named: string): Promise<string> {
  const { path, names } = await behindLinks(named);
  if (names < 2) return path;
  throw new InvalidArgumentError(`the file ${path} has ${names} names (hard links)`, {
    next: 'Keep one of its names, and make the others symbolic links to it',
  });
}
