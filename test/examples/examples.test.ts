import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LtoProvider } from '../../src/provider/provider.js';
import { testData } from '../conformance/conformance.js';
import { compiledSources } from '../support/compiled.js';
import { newDriveFolder, temporaryFolder } from '../virtual/support.js';

const ID = 'AA0001L8';
const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const compiled = compiledSources();

/** Beside the compiled sources an example finds the package by its name. */
const placed = (name: string) => join(dirname(dirname(compiled.path('index.js'))), 'examples', name);

function start(name: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, [placed(name), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
}

async function stop(child: ChildProcess): Promise<unknown> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = await exit;
  return code;
}

async function labelledDrive(): Promise<string> {
  const devicePath = `virtual:${await newDriveFolder({ cartridge: { barcode: ID } })}`;
  await using provider = new LtoProvider({ devicePath });
  await provider.initializeMedia(ID);
  return devicePath;
}

describe('the examples', () => {
  it('stream an upload to tape', async () => {
    const devicePath = await labelledDrive();
    const { child, lines } = start('upload.mjs', devicePath, ID, '0');
    const port = Number(/\d+$/.exec(String((await lines.next()).value))?.[0]);
    const url = `http://127.0.0.1:${port}/`;
    const body = testData(5_000_000);
    const response = await fetch(url, { method: 'PUT', body });
    expect(response.status).toBe(201);
    const receipt = (await response.json()) as { location: number; bytes: number; checksum: string };
    expect(receipt).toMatchObject({ location: 1, bytes: body.length });
    expect((await fetch(url)).status).toBe(405);
    expect(await stop(child)).toBe(0);
    await using provider = new LtoProvider({ devicePath });
    await provider.verifyArchive(ID, 1, { expectedChecksum: receipt.checksum });
  });

  it('back a folder up and verify it', async () => {
    const devicePath = await labelledDrive();
    const { child, lines } = start('nightly.mjs', devicePath, ID, EXAMPLES);
    const exit = once(child, 'exit');
    expect(JSON.parse(String((await lines.next()).value))).toMatchObject({ location: 1, verified: true });
    expect(await exit).toEqual([0, null]);
  });

  it('make a lost catalogue of 1,000 archives anew from three cartridges, and restore 50 files in order', async () => {
    const { child, lines } = start('lost-catalogue.mjs', await temporaryFolder());
    const exit = once(child, 'exit');
    const { written, rebuilt, restored } = JSON.parse(String((await lines.next()).value));
    expect(written).toEqual({ archives: 1000, members: 3000 });
    expect(rebuilt).toEqual({ ...written, read: 0 });
    expect(restored).toEqual({ members: 50, cartridges: 3, mounts: 3 });
    expect(await exit).toEqual([0, null]);
  }, 300_000);

  it('register a new cartridge', async () => {
    const devicePath = `virtual:${await newDriveFolder({ cartridge: { barcode: ID } })}`;
    const catalogue = join(await temporaryFolder(), 'catalogue.json');
    const { child, lines } = start('register.mjs', devicePath, catalogue);
    expect((await lines.next()).value).toBe(`inserted ${ID}`);
    expect((await lines.next()).value).toBe(`registered ${ID}`);
    expect(await stop(child)).toBe(0);
    expect(JSON.parse(await readFile(catalogue, 'utf8'))[ID]).toMatchObject({ generation: 'LTO-8' });
    await using provider = new LtoProvider({ devicePath });
    expect(await provider.identifyMedia({ allowIntrusive: true })).toMatchObject({ label: ID });
  });
});
