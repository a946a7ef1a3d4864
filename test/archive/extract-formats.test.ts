import { lstat, mkdir, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ArchiveReader } from '../../src/archive/decode/archive-reader.js';
import { ArchiveFault } from '../../src/archive/decode/fault.js';
import type { Member } from '../../src/archive/decode/member.js';
import { NativeFolder } from '../../src/archive/extract/folder/native-folder.js';
import { Selection } from '../../src/archive/extract/selection.js';
import { paxMember, TAR_END, type TarMember, tarMember, tarOf } from '../support/tar-bytes.js';
import { extractBytes, Pieces, temporaryFolder } from './support.js';

const folder = temporaryFolder('lto-formats-');

function membersOf(bytes: Uint8Array): Member[] {
  const reader = new ArchiveReader(new Pieces(bytes, 700));
  const members: Member[] = [];
  for (let member = reader.next(); member; member = reader.next()) members.push(member);
  return members;
}

const only = (...members: readonly TarMember[]): Member | undefined => membersOf(tarOf(...members))[0];

describe('a header', () => {
  it('of v7 has no user names, and its folders end with a slash', () => {
    expect(only({ name: 'f', magic: '', type: '\0', content: 'x' })).toMatchObject({
      type: 'file',
      userName: '',
      size: 1,
    });
    expect(only({ name: 'd/', magic: '', type: '\0' })).toMatchObject({ type: 'folder', path: 'd/' });
  });

  it('of ustar has a prefix of 155 bytes, of star one of 131, of GNU tar none', () => {
    const prefix = 'p'.repeat(150);
    expect(only({ name: 'f', patch: [[345, prefix]] })?.path).toBe(`${prefix}/f`);
    const star = {
      name: 'f',
      patch: [
        [345, 'p'.repeat(130)],
        [508, 'tar\0'],
      ],
    } as const;
    expect(only(star)?.path).toBe(`${'p'.repeat(130)}/f`);
    expect(only({ name: 'f', magic: 'ustar  \0', patch: [[345, '12345670123\0']] })?.path).toBe('f');
  });

  it('has numbers in base 256, negative ones too', () => {
    const time = Buffer.from([0xff, ...Array(9).fill(0xff), 0xfe, 0x00]);
    const uid = Buffer.from([0x80, 0, 0, 0, 0xb2, 0xd0, 0x5e, 0x00]);
    const patch = [
      [136, time],
      [108, uid],
    ] as const;
    expect(only({ name: 'f', patch })).toMatchObject({
      modified: { seconds: -512, nanoseconds: 0 },
      uid: 3_000_000_000,
    });
  });

  it('may have a checksum of signed characters', () => {
    const block = tarMember({ name: '\xe9\xe8' });
    const sum = Number.parseInt(block.toString('latin1', 148, 154), 8) - 2 * 256;
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    expect(membersOf(Buffer.concat([block, TAR_END]))[0]?.path).toBe('\xe9\xe8');
  });

  it('of type 7 is a file, and a volume label is passed over', () => {
    const members = membersOf(tarOf({ name: 'LABEL', type: 'V' }, { name: 'f', type: '7', content: 'x' }));
    expect(members).toMatchObject([{ path: 'f', type: 'file', size: 1 }]);
  });
});

describe('extended headers', () => {
  it('say of one member, or of all that follow, what its own header can not', () => {
    const records = { path: 'long', uid: '3000000000', size: '3', mtime: '-1.5', uname: 'ü' };
    const members = membersOf(
      tarOf(
        paxMember({ gid: '5', uname: 'all' }, 'g'),
        paxMember(records),
        { name: 'x', content: 'abc' },
        { name: 'y' },
      ),
    );
    expect(members).toMatchObject([
      { path: 'long', uid: 3_000_000_000, gid: 5, size: 3, modified: { seconds: -2, nanoseconds: 500_000_000 } },
      { path: 'y', uid: 0, gid: 5, userName: 'all' },
    ]);
  });

  it.each([
    ['1', 1, 0],
    ['1.123456789123', 1, 123_456_789],
    ['-0.000000001', -1, 999_999_999],
    ['-0.0000000001', -1, 999_999_999],
    ['-1.9999999999', -2, 0],
    ['-3.', -3, 0],
    ['99999999999.5', 99_999_999_999, 500_000_000],
  ])('round the time %s down to nanoseconds', (mtime, seconds, nanoseconds) => {
    expect(only(paxMember({ mtime }), { name: 'f' })?.modified).toEqual({ seconds, nanoseconds });
  });

  it('take back by an empty value what was said before', () => {
    expect(only(paxMember({ uname: 'all' }, 'g'), paxMember({ uname: '' }), { name: 'f' })?.userName).toBe('');
  });

  it('hold attributes, and what is not restored is named', () => {
    const member = only(
      paxMember({ 'SCHILY.xattr.user.a%3D%25': 'v', 'SCHILY.acl.access': 'user::rwx', 'VENDOR.x': '1', comment: 'c' }),
      { name: 'f' },
    );
    expect(member?.attributes).toEqual([{ name: 'user.a=%', value: Buffer.from('v') }]);
    expect(member?.unused).toEqual(['SCHILY.acl.access', 'VENDOR.x']);
  });

  it('of GNU tar are long names and targets', () => {
    const long = 'n'.repeat(300);
    const link = { name: '././@LongLink', type: 'K', content: `${long}t\0` };
    const name = { name: '././@LongLink', type: 'L', content: `${long}\0` };
    expect(only(link, name, { name: 'x', type: '2', link: 'y' })).toMatchObject({ path: long, target: `${long}t` });
  });
});

it('cut anywhere, within blocks and between them, an archive is cut off, and what came before is there', async () => {
  const whole = tarOf(
    { name: 'd/', type: '5', mode: 0o755 },
    { name: 'd/first', content: 'first' },
    paxMember({ path: `d/${'n'.repeat(200)}`, 'SCHILY.xattr.user.x': 'y' }),
    { name: 'x', content: Buffer.alloc(2000, 1) },
    { name: '././@LongLink', type: 'L', content: `d/${'l'.repeat(150)}/${'m'.repeat(200)}\0` },
    { name: 'y', type: '2', link: 'first' },
    paxMember({
      'GNU.sparse.major': '1',
      'GNU.sparse.minor': '0',
      'GNU.sparse.name': 'd/holes',
      'GNU.sparse.realsize': '9000',
    }),
    { name: 'z', content: Buffer.concat([Buffer.from('1\n8000\n1000\n'.padEnd(512, '\0')), Buffer.alloc(1000, 2)]) },
  );
  const cuts = Array.from({ length: whole.length / 512 }, (_, block) => [
    block * 512,
    block * 512 + 1,
    block * 512 + 300,
  ]).flat();
  for (const cut of cuts) {
    const target = folder.path(String(cut));
    await mkdir(target);
    const extract = () => extractBytes(whole.subarray(0, cut), new NativeFolder(target), { isNewFolder: true });
    let fault: unknown;
    try {
      extract();
    } catch (error) {
      fault = error;
    }
    if (!(fault instanceof ArchiveFault)) throw new Error(`cut at ${cut}: ${fault}`);
    expect([cut, fault.facts.reason]).toEqual([cut, 'cut']);
    if (cut >= 1536 + 512) expect(await readFile(`${target}/d/first`, 'utf8')).toBe('first');
    if (cut >= 512) expect((await stat(`${target}/d`)).mode & 0o777).toBe(0o755);
  }
});

describe('a folder', () => {
  it('that forbids writing is filled, and its times are those of the archive, in any order', async () => {
    const dir = (name: string, mode: number, mtime: number): TarMember => ({ name, type: '5', mode, mtime });
    await mkdir(folder.path('target'));
    const bytes = tarOf(
      dir('a', 0o555, 1),
      dir('a/b', 0, 2),
      { name: 'a/b/f', content: 'x' },
      dir('a/b/c/', 0o500, 3),
      {
        name: 'a/late',
        content: 'y',
      },
    );
    extractBytes(bytes, new NativeFolder(folder.path('target')));
    for (const [name, mode, mtime] of [
      ['a', 0o555, 1000],
      ['a/b', 0, 2000],
      ['a/b/c', 0o500, 3000],
    ] as const) {
      const { mode: found, mtimeMs } = await stat(folder.path('target', name));
      expect([name, found & 0o7777, mtimeMs]).toEqual([name, mode, mtime]);
    }
    expect(await readdir(folder.path('target', 'a'))).toEqual(['b', 'late']);
  });

  it('has links to links, absolute ones, and those that lead out, as they are', async () => {
    await mkdir(folder.path('target'));
    const targets = { first: 'second', second: '/etc/passwd', third: '../../outside', fourth: '.' };
    const members = Object.entries(targets).map(([name, link]) => ({ name, type: '2', link, mtime: 5 }));
    extractBytes(tarOf(...members), new NativeFolder(folder.path('target')));
    for (const [name, target] of Object.entries(targets)) {
      expect(await readlink(folder.path('target', name))).toBe(target);
      expect((await lstat(folder.path('target', name))).mtimeMs).toBe(5000);
    }
  });

  it('gets the later of two files of the same name, as of an archive that was appended to', async () => {
    await mkdir(folder.path('target'));
    extractBytes(
      tarOf({ name: 'f', content: 'old' }, { name: 'f', content: 'new' }),
      new NativeFolder(folder.path('target')),
    );
    expect(await readFile(folder.path('target', 'f'), 'utf8')).toBe('new');
  });
});

describe('patterns', () => {
  it.each([
    ['photo.jpg', 'a/b/photo.jpg', true],
    ['photo.jpg', 'photo.jpg', true],
    ['photo.jpg', 'myphoto.jpg', false],
    ['*.jpg', 'a/b.jpg', true],
    ['*.jpg', 'a.jpg/b', true],
    ['*.jpg', 'ajpg', false],
    ['/a', 'b/a', false],
    ['/a', 'a/x/y', true],
    ['a/b', 'a/b', true],
    ['a/b', 'x/a/b', false],
    ['a/', 'a/x', true],
    ['a/*/c', 'a/b/c', true],
    ['a/*/c', 'a/b/b/c', false],
    ['a/**/c', 'a/c', true],
    ['a/**/c', 'a/b/b/c', true],
    ['**/c', 'a/b/c', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[!a-c]x', 'dx', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a[b', 'a[b', true],
    ['(a|b)+$', '(a|b)+$', true],
    ['a\nb', 'a\nb', true],
    ['./a/b', 'a/b', true],
  ])('%j of %j: %s', (pattern, path, expected) => {
    expect(new Selection([pattern]).has(path)).toBe(expected);
  });
});
