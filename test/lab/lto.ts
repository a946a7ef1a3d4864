import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

// The command, as it was built, on the lab's drive.

const LTO = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url));

export interface LtoOutcome {
  readonly code: number | null;
  /** Both outputs, as they came. */
  readonly said: string;
}

/** Runs `lto` with the drive named behind the command's name. */
export function lto(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<LtoOutcome> {
  const [name = '', ...rest] = args;
  const child = spawn(process.execPath, [LTO, name, '--device', '/dev/nst0', ...rest], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  return new Promise((resolve, reject) => child.once('error', reject).once('close', (code) => resolve({ code, said })));
}

/** What the command says, which has to succeed. */
export async function ltoDone(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string> {
  const { code, said } = await lto(args, env);
  expect(code, said).toBe(0);
  return said;
}
