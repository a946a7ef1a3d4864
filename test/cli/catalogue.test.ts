import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { expectValid } from '../support/command-schemas.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const CATALOGUE = ['--catalogue', 'catalogue.sqlite'];

async function written(): Promise<void> {
  await lto.document(['virtual', 'create', 'drive', '--barcode', 'AA0001L8']);
  await lto.document(['label', 'AA0001L8']);
  await mkdir(lto.path('photos/2024'), { recursive: true });
  await writeFile(lto.path('photos/2024/one.jpg'), 'one');
  await writeFile(lto.path('photos/2024/two.jpg'), 'two'.repeat(100_000));
  await writeFile(lto.path('photos/notes.txt'), 'notes');
  const { code, stderr } = await lto.run(['write', 'photos', ...CATALOGUE]);
  expect([code, stderr]).toEqual([0, '']);
}

it('is written by lto write, listed, searched, and restored from', async () => {
  await written();
  const listed = await lto.document(['list', ...CATALOGUE]);
  expect(listed).toMatchObject({
    cartridges: [{ cartridge: 'AA0001L8', archives: 1 }],
    archives: [{ state: 'durable', members: 5, membersComplete: true, parts: [{ fileNumber: 1 }] }],
  });
  await lto.document(['verify', '1', ...CATALOGUE]);
  expect(await lto.document(['list', ...CATALOGUE])).toMatchObject({ archives: [{ state: 'verified' }] });
  await lto.document(['verify', '--all', ...CATALOGUE]);
  expect(
    (await lto.run(['catalogue', 'export', ...CATALOGUE])).stdout.toString().match(/"verification"/g),
  ).toHaveLength(2);
  const { stdout } = await lto.run(['find', '*.jpg', ...CATALOGUE]);
  expect(stdout.toString()).toMatch(/AA0001L8 +1 +3 +\S+ \S+ +photos\/2024\/one.jpg\n.*photos\/2024\/two.jpg\n$/);
  expect(await lto.document(['find', 'jpg', '--smallest', '1KiB', ...CATALOGUE])).toMatchObject({
    members: [{ path: 'photos/2024/two.jpg' }],
  });
  const restored = await lto.document(['restore', 'two', '-C', 'restored', ...CATALOGUE]);
  expect(restored).toMatchObject({ members: 1, archives: 1 });
  expect(await readFile(lto.path('restored/photos/2024/two.jpg'), 'utf8')).toBe('two'.repeat(100_000));
  await expect(readFile(lto.path('restored/photos/2024/one.jpg'))).rejects.toThrow('ENOENT');
  // What `lto list` shows of a tape is as it was.
  expect((await lto.run(['list', '1'])).stdout.toString()).toContain('photos/notes.txt');
});

it('is exported, imported, forgotten, and made anew from the cartridge', async () => {
  await written();
  const { stdout } = await lto.run(['catalogue', 'export', ...CATALOGUE]);
  for (const line of stdout.toString().trimEnd().split('\n')) expectValid('catalogue-export', JSON.parse(line));
  await writeFile(lto.path('lines'), stdout);
  const other = ['--catalogue', 'other.sqlite'];
  await lto.document(['catalogue', 'import', 'lines', ...other]);
  expect((await lto.run(['catalogue', 'export', ...other])).stdout.equals(stdout)).toBe(true);
  await lto.document(['catalogue', 'forget', '--cartridge', 'AA0001L8', ...other]);
  expect(await lto.document(['catalogue', 'stats', ...other])).toMatchObject({ cartridges: 0, members: 0 });
  const found = await lto.document(['catalogue', 'reconcile', 'AA0001L8', ...other]);
  expect(found).toMatchObject({ found: [expect.any(String)], lost: [] });
  const one = await lto.document(['find', 'one.jpg', ...CATALOGUE]);
  const again = await lto.document(['find', 'one.jpg', ...other]);
  const places = ({ members }: Record<string, unknown>) =>
    (members as { path: string; offset: number }[]).map(({ path, offset }) => [path, offset]);
  expect(places(again)).toEqual(places(one));
});

it('keeps nothing of a cartridge that gets another label', async () => {
  await written();
  await lto.document(['label', 'NEW001L8', '--overwrite', '--yes-overwrite', 'AA0001L8', ...CATALOGUE]);
  const { archives } = (await lto.document(['list', ...CATALOGUE])) as { archives: { state: string }[] };
  expect(archives.map(({ state }) => state)).toEqual(['lost']);
});

it('is described on the cartridge by an index behind each file', async () => {
  await lto.document(['virtual', 'create', 'drive', '--barcode', 'AA0001L8']);
  await lto.document(['label', 'AA0001L8']);
  await writeFile(lto.path('one.txt'), 'one');
  await writeFile(lto.path('two.txt'), 'two');
  await lto.document(['write', 'one.txt', '--index']);
  await mkdir(lto.path('folder'));
  await writeFile(lto.path('folder/two.txt'), 'two');
  const { code, stderr } = await lto.run(['write', 'folder', '--index']);
  expect([code, stderr]).toEqual([0, '']);
  await lto.document(['read', '4', '-C', 'index']);
  const lines = (await readFile(lto.path('index/lto-index.jsonl'), 'utf8')).trim().split('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    type: 'index',
    cartridge: 'AA0001L8',
    fileNumber: 4,
    unknown: [],
  });
  expect(lines.join('\n')).toContain('folder/two.txt');
  const text = await readFile(lto.path('index/RESTORE.txt'), 'utf8');
  expect(text).toContain('    mt -f "$TAPE" fsf 3\n    dd if="$TAPE" bs=1048576 | tar -xf -\n');
  const found = await lto.document(['catalogue', 'reconcile', 'AA0001L8', ...CATALOGUE]);
  expect(found).toMatchObject({ found: [expect.any(String), expect.any(String)], lost: [] });
  const scanned = await lto.document(['scan']);
  expect(scanned).toMatchObject({
    files: [
      { kind: 'label', text: 'AA0001L8' },
      { kind: 'raw' },
      { kind: 'index' },
      { kind: 'tar' },
      { kind: 'index' },
    ],
    end: 'filemark',
  });
  const { stdout } = await lto.run(['scan', '--from', '3', '--no-members']);
  expect(stdout.toString()).toMatch(/^file .*\n *3 +tar +1 /);
  const other = ['--catalogue', 'other.sqlite'];
  const rebuilt = await lto.document(['catalogue', 'rebuild', 'AA0001L8', ...other]);
  expect(rebuilt).toMatchObject({ fromIndex: [expect.any(String), expect.any(String)], found: [], lost: [] });
  expect(await lto.document(['find', 'folder/two', ...other])).toMatchObject({ members: [{ path: 'folder/two.txt' }] });
  const read = await lto.document(['catalogue', 'rebuild', 'AA0001L8', '--no-index', ...other]);
  expect(read).toMatchObject({ fromIndex: [], found: (rebuilt as { fromIndex: string[] }).fromIndex, lost: [] });
});

it('is asked for by name, and refuses what cannot be', async () => {
  await written();
  const none = await lto.run(['find', 'x']);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('LTO_CATALOGUE')]);
  await writeFile(lto.path('text'), 'no database'.repeat(100));
  expect((await lto.run(['find', 'x', '--catalogue', 'text'])).code).toBe(19);
  expect((await lto.run(['catalogue', 'import', 'text', ...CATALOGUE])).code).toBe(2);
  expect((await lto.run(['catalogue', 'forget', ...CATALOGUE])).code).toBe(2);
  expect((await lto.run(['find', 'x', '--since', 'never', ...CATALOGUE])).code).toBe(2);
  expect((await lto.run(['restore', 'nothing like it', '-C', 'r', ...CATALOGUE])).code).toBe(2);
  expect((await lto.run(['list'])).code).toBe(2);
});
