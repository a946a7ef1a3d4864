import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program; resolves with what it said on both outputs, rejects when it fails. */
export async function command(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await execute(program, args, { maxBuffer: 64 * 1024 * 1024, env: ENVIRONMENT });
  return stdout + stderr;
}

/** Runs a line of the shell that fails when any part of a pipe does. */
export function shell(line: string): Promise<string> {
  return command('bash', '-o', 'pipefail', '-ec', line);
}

/** The words that tests look for are the English ones. */
const ENVIRONMENT = { ...process.env, LC_ALL: 'C' };
