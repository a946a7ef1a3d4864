import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const LARGE = randomBytes(3_000_001);

beforeEach(() => lto.document(['virtual', 'create', 'drive', '--barcode', 'AA0001L8']));

/** Every path in a folder, with its type, permissions and content. */
async function contents(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const path = join(folder, name);
    const stats = await lstat(path);
    const mode = (stats.mode & 0o777).toString(8);
    if (stats.isSymbolicLink()) found.set(name, `-> ${await readlink(path)}`);
    else if (stats.isDirectory()) found.set(name, `folder ${mode}`);
    else found.set(name, `${mode} ${(await readFile(path)).toString('base64')}`);
  }
  return found;
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(join(folder, 'nested', 'deep er'), { recursive: true });
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'nothing'), '');
  await writeFile(join(folder, 'large.bin'), LARGE);
  await writeFile(join(folder, 'nested', 'deep er', 'ünïcode "quoted"\n.txt'), 'odd name');
  await writeFile(join(folder, 'nested', '-rf'), 'a name like an option');
  await writeFile(join(folder, 'nested', 'n'.repeat(180)), 'a name longer than a header has room for');
  await writeFile(join(folder, 'run.sh'), '#!/bin/sh\n');
  await chmod(join(folder, 'run.sh'), 0o775);
  await symlink('nested/-rf', join(folder, 'link'));
}

describe('lto label, write and read', () => {
  it('brings a folder back as it was', async () => {
    await makeFolder(lto.path('source'));
    await lto.document(['label', 'AA0001L8']);
    const receipt = await lto.document(['write', 'source', '--checksum', 'sha256']);
    expect(receipt).toMatchObject({ fileNumber: 1, recordSize: 262144 });
    const summary = await lto.document(['read', '1', '-C', 'back', '--checksum', String(receipt.checksum)]);
    expect(summary).toMatchObject({ bytes: receipt.bytes, records: receipt.records });
    expect(await readdir(lto.path('back'))).toEqual(['source']);
    expect(await contents(lto.path('back', 'source'))).toEqual(await contents(lto.path('source')));
  });

  it('writes the folder that a link leads to, not the link', async () => {
    await makeFolder(lto.path('source'));
    await symlink('source', lto.path('alias'));
    await lto.document(['write', 'alias']);
    await lto.document(['read', '0', '-C', 'back']);
    expect(await contents(lto.path('back', 'source'))).toEqual(await contents(lto.path('source')));
  });

  it('brings stdin back to stdout, and to a file', async () => {
    const receipt = await lto.document(['write', '-', '--record-size', '64KiB'], { input: LARGE });
    expect(receipt).toMatchObject({ fileNumber: 0, bytes: LARGE.length, records: 46, recordSize: 65536 });
    const { code, stdout } = await lto.run(['read', '0']);
    expect([code, stdout.equals(LARGE)]).toEqual([0, true]);
    await lto.document(['read', '0', '-o', 'saved']);
    expect((await readFile(lto.path('saved'))).equals(LARGE)).toBe(true);
    expect((await readdir(lto.path())).sort()).toEqual(['drive', 'saved']);
  });

  it('appends by default, and overwrites only the file that it is told to', async () => {
    for (const input of ['one', 'two', 'three']) await lto.document(['write', '-'], { input: Buffer.from(input) });
    await lto.document(['write', '-', '--overwrite', '1', '--yes-overwrite', 'AA0001L8'], {
      input: Buffer.from('new two'),
    });
    expect((await lto.run(['read', '0'])).stdout.toString()).toBe('one');
    expect((await lto.run(['read', '1'])).stdout.toString()).toBe('new two');
    expect((await lto.run(['read', '2'])).code).toBe(8);
  });

  it('shows the label that it wrote, on tape and in the cartridge memory', async () => {
    const { code, stdout } = await lto.run(['label', 'TAPE-7 of 9']);
    expect([code, stdout.toString()]).toEqual([0, expect.stringContaining('TAPE-7 of 9')]);
    expect((await lto.run(['label'])).stdout.toString()).toBe('TAPE-7 of 9\n');
    const { attributes } = await lto.document(['mam']);
    expect(attributes).toContainEqual(expect.objectContaining({ id: '0x0806', key: 'barcode', value: 'TAPE-7 of 9' }));
    expect(attributes).toContainEqual(expect.objectContaining({ id: '0x0402', value: 960, unit: 'metres' }));
  });

  it('verifies a file against the checksum of its receipt', async () => {
    const { checksum } = await lto.document(['write', '-'], { input: LARGE });
    expect(await lto.document(['verify', '0', '--checksum', String(checksum)])).toMatchObject({ bytes: LARGE.length });
    const { code, stderr } = await lto.run(['verify', '0', '--checksum', 'crc32:00000000']);
    expect([code, stderr]).toEqual([11, expect.stringContaining(String(checksum))]);
  });
});
