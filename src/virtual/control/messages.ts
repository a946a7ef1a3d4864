import { join } from 'node:path';

// The protocol of the control socket: one JSON document per line; each request is answered by one line.

/** The socket of a served drive. */
export function controlSocketPath(folder: string): string {
  return join(folder, 'control.sock');
}

/** Longest path of a socket (`sun_path` of Linux and macOS, less the ending NUL). */
export const LONGEST_PATH = 103;

export function toLine(message: unknown): string {
  return `${JSON.stringify(message)}\n`;
}
