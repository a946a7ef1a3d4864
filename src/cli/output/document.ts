import { LtoError } from '../../errors/index.js';
import { print } from './standard-output.js';
import { jsonLines } from './terminal.js';

/** Prints one JSON document to stdout. Rejects with OutputError when it cannot be printed. */
export function printDocument(document: unknown): Promise<void> {
  return print(jsonLines(document, 2));
}

/** An error as a document, without its stack. */
export function errorDocument(error: unknown): Record<string, unknown> {
  if (error instanceof LtoError) return { ...error, ...error.toJSON() };
  if (error instanceof Error) return { name: error.name, code: codeOf(error), message: error.message };
  return { message: String(error) };
}

/** Code of an LtoError, or of a system call that failed. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
