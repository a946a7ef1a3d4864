import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { listDrives } from '../../../src/tape/open/list-drives.js';

// Processes that leave a drive without closing it.

export const DEVICE = '/dev/nst0';
/** Bytes of each record that they write: the first four are of ones, those of the file that never ends of twos. */
export const RECORD = 65_536;
/** As it was built. */
export const LIBRARY = fileURLToPath(new URL('../../../lib/index.js', import.meta.url));

/** `kept`: a key that is to stay in the drive. */
export type Setting = 'protection' | 'encryption' | 'kept';

/** Ways out after which the drive is as it was, each with how the process ends. */
export const WAYS = [
  ['exit', undefined, { code: 0 }],
  ['throw', undefined, { code: 1 }],
  ['reject', undefined, { code: 1 }],
  ['abort', undefined, { by: 'SIGABRT' }],
  ['drained', undefined, { code: 0 }],
  ['signal', 'SIGTERM', { by: 'SIGTERM' }],
  ['signal', 'SIGINT', { by: 'SIGINT' }],
  ['signal', 'SIGHUP', { by: 'SIGHUP' }],
  ['blocked', 'SIGTERM', { by: 'SIGTERM' }],
  ['listened', undefined, { code: 0 }],
  ['worker', undefined, { by: 'SIGKILL' }],
] as const;

export async function queryNodeOf(): Promise<string> {
  return (await listDrives()).find(({ device }) => device === DEVICE)?.queryDevice ?? '';
}

/** A process that sets, writes, and ends; `signal` comes when it writes. Resolves with how it ended. */
export async function left(settings: readonly Setting[], way: string, signal?: NodeJS.Signals) {
  const script = join(import.meta.dirname, 'left-child.mjs');
  const child = spawn(process.execPath, [script, dirname(LIBRARY), DEVICE, way, ...settings], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('exit', (...how) => resolve(how)),
  );
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
    if (signal !== undefined && said.startsWith('ready')) child.kill(signal);
  });
  const [code, by] = await exited;
  expect(said).toMatch(/^ready/);
  return { code, by };
}
