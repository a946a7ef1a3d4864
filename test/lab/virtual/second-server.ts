import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { createVirtualDrive, type VirtualDriveOptions } from '../../../src/virtual/index.js';
import { command } from '../command.js';

// A second server beside the one of the lab, whose options are the test's, and open-iscsi as its initiator.

const LTO = fileURLToPath(new URL('../../../lib/cli/main.js', import.meta.url));
const PORT = 3261;
const PORTAL = `127.0.0.1:${PORT}`;
const PATIENCE_MS = 10_000;

/** The device nodes of a session. */
export interface Nodes {
  readonly tape: string;
  readonly query: string;
}

export interface SecondServer {
  readonly folder: string;
  /** What the server has said of its connections. */
  readonly said: () => string;
  /** Name of the only target. */
  readonly target: string;
  readonly port: number;
  /** iscsiadm for the record of the target. */
  readonly admin: (...args: readonly string[]) => Promise<string>;
  /** Sets a value of the record. */
  readonly set: (name: string, value: string) => Promise<string>;
  /** Logs in; the session is ended after the test. */
  readonly login: () => Promise<Nodes>;
}

/** Serves a new drive until the end of the test. */
export async function serveAnother(
  options: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  drive: VirtualDriveOptions = {},
): Promise<SecondServer> {
  const folder = join(await mkdtemp(join(tmpdir(), 'second-')), 'drive');
  await createVirtualDrive(folder, drive);
  const server = spawn(process.execPath, [LTO, 'serve-virtual', folder, '--json', `--port=${PORT}`, ...options], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  server.stderr.on('data', (line) => lines.push(String(line)));
  onTestFinished(async () => {
    server.kill('SIGINT');
    if (server.exitCode === null) await once(server, 'exit');
    await rm(folder, { recursive: true, force: true });
  });
  const [line] = await once(server.stdout, 'data');
  const target: string = JSON.parse(String(line)).targets[0].name;
  const admin = (...args: readonly string[]) => command('iscsiadm', '-m', 'node', '-T', target, '-p', PORTAL, ...args);
  await command('iscsiadm', '-m', 'discovery', '-t', 'sendtargets', '-p', PORTAL);
  return {
    folder,
    target,
    port: PORT,
    said: () => lines.join(''),
    admin,
    set: (name, value) => admin('-o', 'update', '-n', name, '-v', value),
    login: async () => {
      const before = await tapes();
      await admin('--login');
      onTestFinished(async () => {
        await admin('--logout');
      });
      return nodesOf(await newTape(before));
    },
  };
}

/** The tapes that the kernel has, by their `st` names. */
async function tapes(): Promise<readonly string[]> {
  const names = await readdir('/sys/class/scsi_tape').catch(() => []);
  return names.filter((name) => /^st\d+$/.test(name));
}

async function newTape(before: readonly string[]): Promise<string> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    const found = (await tapes()).find((name) => !before.includes(name));
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the kernel has no new tape');
}

async function nodesOf(tape: string): Promise<Nodes> {
  const [query] = await readdir(`/sys/class/scsi_tape/${tape}/device/scsi_generic`);
  const nodes = { tape: `/dev/n${tape}`, query: `/dev/${query}` };
  for (const path of Object.values(nodes)) await waitFor(path);
  return nodes;
}

async function waitFor(path: string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`there is no ${path}`);
}
