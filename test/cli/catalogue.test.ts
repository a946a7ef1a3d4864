import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
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
