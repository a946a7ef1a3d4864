import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { InvalidArgumentError } from '../../errors/index.js';

/** Reads and parses a JSON file. Rejects with InvalidArgumentError when `parse` throws. */
export async function readDocument<T>(path: string, parse: (document: unknown) => T, what: string): Promise<T> {
  const source = await readFile(path, 'utf8');
  try {
    return parse(JSON.parse(source));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll(/\s*\n\s*/g, ' ') : 'it is not JSON';
    throw new InvalidArgumentError(`${path} is not a ${what}: ${why}`, { cause });
  }
}
