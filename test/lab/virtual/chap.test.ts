import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { createVirtualDrive } from '../../../src/virtual/index.js';
import { command } from '../command.js';

// open-iscsi judges CHAP, on a second server beside the one of the lab.

const LTO = fileURLToPath(new URL('../../../lib/cli/main.js', import.meta.url));
const PORT = 3261;
const PORTAL = `127.0.0.1:${PORT}`;
const SECRET = 'a secret of the lab';

/** Name of the target of a new drive that is served with CHAP until the end of the test. */
async function serve(): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'chap-')), 'drive');
  await createVirtualDrive(folder);
  const server = spawn(
    process.execPath,
    [LTO, 'serve-virtual', folder, '--json', `--port=${PORT}`, '--chap-user=lab'],
    {
      env: { ...process.env, LTO_CHAP_SECRET: SECRET },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onTestFinished(async () => {
    server.kill('SIGINT');
    if (server.exitCode === null) await once(server, 'exit');
    await rm(folder, { recursive: true, force: true });
  });
  const [line] = await once(server.stdout, 'data');
  return JSON.parse(String(line)).targets[0].name;
}

it('open-iscsi gets in with the secret, and not without', async () => {
  const target = await serve();
  const node = ['-m', 'node', '-T', target, '-p', PORTAL];
  await command('iscsiadm', '-m', 'discovery', '-t', 'sendtargets', '-p', PORTAL);
  const set = (name: string, value: string) => {
    return command('iscsiadm', ...node, '-o', 'update', '-n', `node.session.auth.${name}`, '-v', value);
  };
  const login = () => command('iscsiadm', ...node, '--login');
  await expect(login()).rejects.toThrow(/authorization failure/);
  await set('authmethod', 'CHAP');
  await set('username', 'lab');
  await set('password', 'another secret, wrong');
  await expect(login()).rejects.toThrow(/authorization failure/);
  await set('password', SECRET);
  expect(await login()).toMatch(/successful/);
  expect(await command('iscsiadm', '-m', 'session')).toContain(target);
  expect(await command('iscsiadm', ...node, '--logout')).toMatch(/successful/);
});
