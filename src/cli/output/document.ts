import { LtoError } from '../../errors/index.js';
import { print } from './standard-output.js';
import { jsonLines } from './terminal.js';

/** Prints one JSON document to stdout. Rejects with OutputError when it cannot be printed. */
export function printDocument(document: unknown): Promise<void> {
  return print(jsonLines(document, 2));
}

/** An error as a document, without its stack; errors of this library also have what they know: `device`, `operation`, `next`, `sense`. */
export interface ErrorDocument {
  readonly name?: string | undefined;
  /** See docs/guide/troubleshooting.md. */
  readonly code?: string | undefined;
  readonly message: string;
  readonly [detail: string]: unknown;
}

export function errorDocument(error: unknown): ErrorDocument {
  if (error instanceof LtoError) return { ...error, ...error.toJSON(), message: error.message };
  if (error instanceof Error) return { name: error.name, code: codeOf(error), message: error.message };
  return { message: String(error) };
}

/** Code of an LtoError, or of a system call that failed. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
