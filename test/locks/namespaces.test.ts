import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FileKeyStore } from '../../src/keys/file-key-store.js';
import { compiledSources } from '../support/compiled.js';
import { newDriveFolder } from '../virtual/support.js';

const { url } = compiledSources();
const PACKAGE = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A PID namespace of its own, as each container has: its first process has number 1. Takes root, or user namespaces. */
const UNSHARE = ['--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL'];
const asUser = ['--user', '--map-root-user', ...UNSHARE];
const works = (args: string[]) => spawnSync('unshare', [...args, 'true'], { stdio: 'ignore' }).status === 0;
const unshare = [UNSHARE, asUser].find(works);

/** Where the addon is looked for: here, or nowhere. */
const ADDONS = [
  { how: 'with the addon', prebuild: PACKAGE, frees: true },
  { how: 'without the addon', prebuild: join(PACKAGE, 'docs'), frees: false },
];

/** A program of JavaScript in a PID namespace of its own; `shell` may start more of it. */
function inNamespace(prebuild: string, script: string, shell = 'exec "$@"'): ChildProcess {
  const program = [process.execPath, '--input-type=module', '-e', script];
  return spawn('unshare', [...(unshare ?? []), 'sh', '-c', shell, 'sh', ...program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_LTO_PREBUILD: prebuild },
  });
}

async function* lines(child: ChildProcess): AsyncGenerator<Record<string, unknown>> {
  if (child.stdout === null) return;
  for await (const line of createInterface(child.stdout)) yield JSON.parse(line);
}

/** Writes a file, or tells why not; then waits until its input ends. */
const writer = (device: string) => `
  const { TapeDrive } = await import(${JSON.stringify(url('index.js'))});
  const tell = (what) => console.log(JSON.stringify({ pid: process.pid, ...what }));
  try {
    const drive = await TapeDrive.open(${JSON.stringify(device)});
    const receipt = await drive.writeFile([Buffer.alloc(100_000, process.pid)]);
    tell({ file: receipt.fileNumber });
    for await (const _ of process.stdin);
    await drive.close();
  } catch (error) {
    tell({ code: error.code, message: error.message });
  }
`;

describe.runIf(unshare !== undefined).each(ADDONS)('in two PID namespaces, $how (needs unshare)', (addon) => {
  it('a cartridge has one writer', async () => {
    const device = `virtual:${await newDriveFolder({ cartridge: { barcode: 'NAME01L8' } })}`;
    const first = inNamespace(addon.prebuild, writer(device));
    onTestFinished(() => void first.kill());
    const told = lines(first);
    expect((await told.next()).value).toEqual({ pid: 1, file: 0 });
    const refused = async () => (await lines(inNamespace(addon.prebuild, writer(device))).next()).value;
    const busy = { pid: 1, code: 'LTO_DRIVE_BUSY', message: expect.stringContaining('another container') };
    expect(await refused()).toMatchObject(busy);
    expect(await refused()).toMatchObject(busy);
    const ended = new Promise((resolve) => first.once('exit', resolve));
    first.kill('SIGKILL');
    await ended;
    // Killed, not closed: only the kernel can tell another container so.
    if (!addon.frees) return expect(await refused()).toMatchObject(busy);
    const next = inNamespace(addon.prebuild, writer(device));
    expect((await lines(next).next()).value).toMatchObject({ pid: 1, file: expect.any(Number) });
    next.stdin?.end();
    await new Promise((resolve) => next.once('exit', resolve));
    expect((await readdir(device.slice('virtual:'.length))).filter((name) => name.startsWith('lock-'))).toEqual([]);
  });

  it('all keys of 16 writers are there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lto-keys-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'keystore.json');
    const script = `
      const { FileKeyStore } = await import(${JSON.stringify(url('keys/file-key-store.js'))});
      const { generateKey } = await import(${JSON.stringify(url('keys/data-key.js'))});
      const store = new FileKeyStore(${JSON.stringify(path)}, { passphrase: 'a passphrase', scryptCost: 14 });
      await store.put(process.argv[1], generateKey());
      console.log(JSON.stringify({ added: process.argv[1] }));
    `;
    const eight = (name: string) => `for i in 1 2 3 4 5 6 7 8; do "$@" "${name} $i" & done; wait`;
    const added = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const ids: unknown[] = [];
        for await (const line of lines(inNamespace(addon.prebuild, script, eight(name)))) ids.push(line.added);
        return ids;
      }),
    );
    const store = new FileKeyStore(path, { passphrase: 'a passphrase', scryptCost: 14 });
    const ids = (await store.list()).map(({ id }) => id);
    expect(ids.sort()).toEqual(added.flat().sort());
    expect(ids.length).toBe(16);
    expect(await readdir(folder)).toEqual(['keystore.json']);
  });

  it('of 16 openers exactly one gets the drive', async () => {
    const folder = await newDriveFolder();
    const script = `
      const { VirtualDrive } = await import(${JSON.stringify(url('virtual/index.js'))});
      const { existsSync } = await import('node:fs');
      const { setTimeout: delay } = await import('node:timers/promises');
      const until = async (name) => { while (!existsSync(${JSON.stringify(folder)} + '/' + name)) await delay(1); };
      const tell = (what) => console.log(JSON.stringify(what));
      tell({ ready: true });
      await until('go');
      try {
        const drive = await VirtualDrive.open(${JSON.stringify(folder)});
        tell({ got: true });
        await until('done');
        await drive.close();
      } catch (error) {
        tell({ got: error.code });
      }
    `;
    const eight = 'for i in 1 2 3 4 5 6 7 8; do "$@" & done; wait';
    const told: Record<string, unknown>[] = [];
    let ready = 0;
    const both = ['a', 'b'].map(async () => {
      for await (const line of lines(inNamespace(addon.prebuild, script, eight))) {
        if (line.ready) ready += 1;
        else told.push(line);
        if (ready === 16 && line.ready) await writeFile(join(folder, 'go'), '');
        if (told.length === 16) await writeFile(join(folder, 'done'), '');
      }
    });
    await Promise.all(both);
    expect(told.map(({ got }) => got).sort()).toEqual([...Array(15).fill('LTO_DRIVE_BUSY'), true]);
  });
});
