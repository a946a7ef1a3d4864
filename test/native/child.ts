import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Gives the script `Crc32`, `Device`, `SlabPool`, `allocateSlab`, `slab(bytes)`, `openDevice(path)`, `args` and Node's `fs`. */
export const prelude = `
  const { Crc32, Device, SlabPool, allocateSlab } = require('node-gyp-build')(${JSON.stringify(root)});
  const fs = require('node:fs');
  const slab = (byteLength) => new Uint8Array(allocateSlab(byteLength));
  const openDevice = async (path) => { const device = new Device(path); await device.open(fs.constants.O_RDWR); return device; };
`;

export interface ChildResult {
  readonly code: number | null;
  /** SIGSEGV or SIGABRT where the addon broke, SIGKILL where the child had to be stopped. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script (CommonJS, in an async function) in a process of its own; one that hangs is killed after 20 s. */
export function runChild(script: string, args: string[] = [], nodeOptions: string[] = []): Promise<ChildResult> {
  const source = `${prelude} const args = process.argv.slice(1); (async () => { ${script} })();`;
  const child = spawn(process.execPath, [...nodeOptions, '-e', source, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
