import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { paxMember, type TarMember, tarMember, tarOf } from '../support/tar-bytes.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const SIZE = 5000;
const LARGE = 64 << 20;
const MEMBERS: readonly TarMember[] = [
  { name: 'folder/', type: '5', mode: 0o755 },
  { name: 'folder/first', content: 'one', mode: 0o4755, mtime: 1_234_567_890 },
  { name: 'folder/second \x1b[2J', content: Buffer.alloc(SIZE, 'x'), mode: 0o640 },
  paxMember({ path: 'folder/third', mtime: '1000000000.5' }),
  { name: 'x', content: 'three' },
  { name: 'link', type: '2', link: 'folder/first' },
];

beforeEach(() => lto.document(['virtual', 'create', 'drive', '--barcode', 'AA0001L8']));

const write = (input: Uint8Array) => lto.document(['write', '-'], { input });

describe('lto read -C', () => {
  it('ends in order, with what it has extracted, for an archive that is cut anywhere within a member', async () => {
    const whole = tarOf(...MEMBERS);
    const begin = tarMember(MEMBERS[0] ?? {}).length + tarMember(MEMBERS[1] ?? {}).length;
    const cuts = [
      1,
      100,
      511,
      512,
      513,
      1023,
      begin + 512,
      begin + 513,
      begin + 2000,
      begin + 512 + SIZE,
      whole.length - 1024,
    ];
    for (const cut of cuts) await write(whole.subarray(0, cut));
    for (const [number, cut] of cuts.entries()) {
      const { code, stdout, stderr } = await lto.run(['read', String(number), '-C', `back-${number}`, '--json']);
      const { error } = JSON.parse(stdout.toString());
      expect([cut, code, error.code, error.reason]).toEqual([cut, 2, 'LTO_ARCHIVE', 'cut']);
      expect(stderr).toMatch(/^lto: extracting into back-\d+ failed.*cut off/m);
      // The drive was closed in order: it can be had at once.
      if (cut >= begin) expect(await readFile(lto.path(`back-${number}`, 'folder', 'first'), 'utf8')).toBe('one');
    }
    expect((await lto.run(['verify', '0'])).code).toBe(0);
  });

  it('restores only what is asked for, and reads no further than it', async () => {
    const large: TarMember = { name: 'large', content: Buffer.alloc(LARGE, 7) };
    await write(tarOf(...MEMBERS, large));
    const some = await lto.document(['read', '0', '-C', 'some', '--only', 'folder/first', '--only', 'folder/third']);
    expect(some).toMatchObject({ extracted: { files: 2, isPart: true } });
    expect(Number(some.bytes)).toBeLessThan(LARGE / 2);
    expect(await readdir(lto.path('some'), { recursive: true })).toEqual(['folder', 'folder/first', 'folder/third']);
    const all = await lto.document(['read', '0', '-C', 'all', '--only', '*ir*', '--only', '/large']);
    expect(all).toMatchObject({ extracted: { files: 3, isPart: false }, checksum: expect.any(String) });
    expect((await stat(lto.path('all', 'folder', 'third'))).mtimeMs).toBe(1_000_000_000_500);
  });

  it('sets setuid with --preserve only, and leaves what leads out alone', async () => {
    await write(tarOf(...MEMBERS));
    await lto.document(['read', '0', '-C', 'plain']);
    await lto.document(['read', '0', '-C', 'kept', '--preserve']);
    expect((await stat(lto.path('plain', 'folder', 'first'))).mode & 0o7777).toBe(0o755);
    expect((await stat(lto.path('kept', 'folder', 'first'))).mode & 0o7777).toBe(0o4755);
    await writeFile(lto.path('secret'), 'secret', { mode: 0o600 });
    await mkdir(lto.path('target'));
    await symlink('..', lto.path('target', 'up'));
    await write(tarOf({ name: 'up/secret', content: 'changed', mode: 0o777 }));
    expect((await lto.run(['read', '1', '-C', 'target'])).code).toBe(2);
    expect(await readFile(lto.path('secret'), 'utf8')).toBe('secret');
    expect((await stat(lto.path('secret'))).mode & 0o777).toBe(0o600);
  });
});

describe('lto list', () => {
  it('shows members as lines, without control characters, and as a document', async () => {
    await write(tarOf(...MEMBERS));
    const { code, stdout } = await lto.run(['list', '0']);
    expect(code).toBe(0);
    const lines = stdout.toString().trimEnd().split('\n');
    expect(lines[1]).toBe('-rwsr-xr-x 0/0                      3 2009-02-13 23:31:30 folder/first');
    expect(lines[2]).toContain('folder/second \\x1b[2J');
    expect(lines[4]).toMatch(/^l.* link -> folder\/first$/);
    const { members } = await lto.document(['list', '0', '--only', 'third']);
    expect(members).toEqual([
      expect.objectContaining({
        name: 'folder/third',
        size: 5,
        modified: { seconds: 1_000_000_000, nanoseconds: 500_000_000 },
      }),
    ]);
  });

  it('says where an archive is damaged, behind what it has shown', async () => {
    const whole = tarOf(...MEMBERS);
    whole[1536 + 3] = 0xff;
    await write(whole);
    const { code, stdout, stderr } = await lto.run(['list', '0']);
    expect([code, stdout.toString()]).toEqual([2, expect.stringContaining('folder/')]);
    expect(stderr).toContain('listing the archive failed');
  });
});
