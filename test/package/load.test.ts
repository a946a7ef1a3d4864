import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { compiledSources } from '../support/compiled.js';

const run = promisify(execFile);
const compiled = compiledSources();

async function runProgram(name: string, source: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'node-lto-package-'));
  try {
    await writeFile(join(folder, name), source);
    const { stdout } = await run(process.execPath, [join(folder, name)], { env: { ...process.env, ...env } });
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

it('is loaded by import and by require()', async () => {
  const print = 'console.log(typeof lto.TapeDrive.open, typeof lto.createVirtualDrive);';
  const byImport = `import * as lto from ${JSON.stringify(compiled.url('index.js'))}; ${print}`;
  const byRequire = `const lto = require(${JSON.stringify(compiled.path('index.js'))}); ${print}`;
  expect(await runProgram('program.mjs', byImport)).toBe('function function\n');
  expect(await runProgram('program.cjs', byRequire)).toBe('function function\n');
});

it.runIf(process.platform === 'linux')('works without the addon, but for real devices', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'node-lto-no-addon-'));
  // A node that exists and looks like a tape, so that only the addon is missing.
  const nodes = `const { NativeTransport } = await import(${JSON.stringify(compiled.url('backends/linux/linux-transport.js'))});
    NativeTransport.open({ device: '/dev/nst0', tapeNode: '/dev/nst0' }, async () => {}).catch((error) => console.log(JSON.stringify(error)));`;
  const program = `import * as lto from ${JSON.stringify(compiled.url('index.js'))};
    await lto.createVirtualDrive(${JSON.stringify(join(folder, 'drive'))});
    const drive = await lto.TapeDrive.open(${JSON.stringify(`virtual:${join(folder, 'drive')}`)});
    console.log((await drive.readiness()).state);
    await drive.close();
    ${nodes}`;
  try {
    const output = await runProgram('program.mjs', program, { NODE_LTO_PREBUILD: folder });
    const [state, error] = output.trim().split('\n');
    expect(state).toBe('ready');
    expect(JSON.parse(error ?? '')).toMatchObject({ code: 'LTO_ADDON_UNAVAILABLE' });
    expect(error).toContain('npm run build:addon');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
