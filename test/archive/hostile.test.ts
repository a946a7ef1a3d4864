import { chmod, link, mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { ArchiveFault } from '../../src/archive/decode/fault.js';
import { paxMember, type TarMember, tarOf } from '../support/tar-bytes.js';
import { extractBytes, FOLDERS, snapshot, temporaryFolder } from './support.js';

const folder = temporaryFolder('lto-hostile-');
const FOLDER = '5';
const SYMBOLIC = '2';
const HARD = '1';
const evil = 'written by an archive';
const big = (first: number, ...rest: readonly number[]) =>
  Buffer.from([first, ...Array(11 - rest.length).fill(0), ...rest]);

interface Case {
  readonly members: readonly TarMember[];
  /** The reason of the fault; undefined where the archive is extracted, and harms nothing. */
  readonly fault?: string;
  /** With `force`; default: as without. */
  readonly forced?: string | undefined;
  /** By Node.js alone, which makes links at the end, and no FIFOs; default: as the others, or, for links, not forced. */
  readonly late?: { readonly fault?: string; readonly forced?: string };
}

const file = (name: string, rest: TarMember = {}): TarMember => ({ name, content: evil, mode: 0o777, ...rest });
const dir = (name: string): TarMember => ({ name, type: FOLDER, mode: 0o777, uid: 1234, gid: 1234, mtime: 1 });
const sym = (name: string, target: string): TarMember => ({ name, type: SYMBOLIC, link: target, uid: 1234 });
const hard = (name: string, target: string): TarMember => ({ name, type: HARD, link: target, mode: 0o777, uid: 1234 });

const OUT = [
  '../outside/secret',
  '..',
  '../',
  'a/../../outside/secret',
  'a/..',
  './..',
  'a/b/../../../outside/new',
  '..//x',
];
const ABSOLUTE = ['/etc/lto-hostile', '//etc/lto-hostile', '/', '/..', '/../outside/secret'];
const TYPES: readonly [string, (name: string) => TarMember][] = [
  ['file', (name) => file(name)],
  ['folder', dir],
  ['symbolic link', (name) => sym(name, 'x')],
  ['hard link', (name) => hard(name, 'x')],
];

const names: [string, Case][] = [...OUT, ...ABSOLUTE].flatMap((name) =>
  TYPES.map(([type, make]): [string, Case] => [
    `a ${type} ${JSON.stringify(name)}`,
    { members: [make(name)], fault: 'unsafe' },
  ]),
);

const throughLinks: Record<string, Case> = {
  'a link, then a file through it': { members: [sym('a', '../outside'), file('a/secret')], fault: 'unsafe' },
  'a link, then a folder through it': { members: [sym('a', '../outside'), dir('a/folder')], fault: 'unsafe' },
  'a link, then a link through it': { members: [sym('a', '../outside'), sym('a/new', 'x')], fault: 'unsafe' },
  'a link, then a hard link through it': {
    members: [sym('a', '../outside'), file('f'), hard('a/new', 'f')],
    fault: 'unsafe',
  },
  'a link, then a hard link to what is behind it': {
    members: [sym('a', '../outside'), hard('b', 'a/secret')],
    fault: 'unsafe',
  },
  'a link, then a folder in its place': {
    members: [sym('esc', '../outside'), dir('esc')],
    fault: 'unsafe',
    forced: undefined,
  },
  'a link, then a folder in its place, with a slash': {
    members: [sym('esc', '../outside'), dir('esc/')],
    fault: 'unsafe',
    forced: undefined,
  },
  'a link, then a file in its place': {
    members: [sym('esc', '../outside/secret'), file('esc')],
    fault: 'unsafe',
    forced: undefined,
    late: { fault: 'unsafe' },
  },
  'a chain of links, then a folder': {
    members: [sym('d', '.'), sym('esc', 'd/../outside/secret'), dir('esc')],
    fault: 'unsafe',
    forced: undefined,
  },
  'a chain of links, then a file through it': {
    members: [sym('d', '.'), sym('e', 'd/..'), file('e/outside/secret')],
    fault: 'unsafe',
  },
  'links to each other': { members: [sym('a', 'b'), sym('b', 'a'), file('a/x')], fault: 'unsafe' },
  'a link to itself': { members: [sym('a', 'a'), file('a/x')], fault: 'unsafe' },
  'an absolute link, then a file through it': { members: [sym('a', '/etc'), file('a/lto-hostile')], fault: 'unsafe' },
  'a link deep down, then a file through it': {
    members: [sym('p/q', '../../outside'), file('p/q/secret')],
    fault: 'unsafe',
  },
  'a link below a folder that comes later': {
    members: [sym('p/q', '../../outside'), dir('p'), dir('p/q')],
    fault: 'unsafe',
    forced: undefined,
  },
  'a link, then a FIFO through it': {
    members: [sym('a', '../outside'), { name: 'a/fifo', type: '6' }],
    fault: 'unsafe',
    late: { fault: 'unsupported', forced: 'unsupported' },
  },
  'a hard link to a link that leads out, then a folder': {
    members: [sym('a', '../outside'), hard('b', 'a'), dir('b')],
    fault: 'unsafe',
    forced: undefined,
  },
  'a link whose target is long': {
    members: [paxMember({ linkpath: '../outside' }), sym('a', 'x'), file('a/secret')],
    fault: 'unsafe',
  },
};

const linksThere: Record<string, Case> = {
  'a file through a link that was there': { members: [file('out/secret')], fault: 'unsafe', forced: undefined },
  'a folder in place of a link that was there': { members: [dir('out')], fault: 'exists', forced: undefined },
  'a file in place of a link that was there': { members: [file('out')], fault: 'exists', forced: undefined },
  'a file in place of a link to a file': { members: [file('link')], fault: 'exists', forced: undefined },
  'a hard link to what is behind a link that was there': { members: [hard('new', 'out/secret')], fault: 'unsafe' },
  'a hard link to a link that was there': { members: [hard('new', 'link')], fault: 'unsafe' },
  'a file over a file that was there': { members: [file('kept')], fault: 'exists', forced: undefined },
  'a file over a name of a file outside': { members: [file('second')], fault: 'exists', forced: undefined },
  'a link over a file that was there': { members: [sym('kept', 'x')], fault: 'exists', forced: undefined },
  'a hard link over a file that was there': {
    members: [file('f'), hard('kept', 'f')],
    fault: 'exists',
    forced: undefined,
  },
  'a hard link to a file that was there': { members: [hard('new', 'kept')], fault: 'unsafe' },
  'a hard link to a file outside that was there': { members: [hard('new', 'second')], fault: 'unsafe' },
  'a hard link to a file that was there, and content': { members: [hard('new', 'kept'), file('new')], fault: 'unsafe' },
  'a hard link to a file outside': { members: [hard('new', '../outside/secret')], fault: 'unsafe' },
  'a hard link to an absolute path': { members: [hard('new', '/etc/passwd')], fault: 'unsafe' },
  'a hard link to nothing': { members: [hard('new', 'nothing')], fault: 'unsafe' },
  'a hard link to a folder that was there': { members: [hard('new', 'folder')], fault: 'unsafe' },
  'a file over a folder that was there': { members: [file('folder')], fault: 'exists' },
  'a folder over a file that was there': { members: [dir('kept')], fault: 'exists', forced: undefined },
  'a folder that was there': { members: [dir('folder')] },
  'a folder that was there, and a file in it': { members: [dir('folder'), file('folder/new')] },
  'the folder itself': { members: [dir('./')] },
  'the folder itself as a file': { members: [file('.')], fault: 'unsafe' },
  'the folder itself as a link': { members: [sym('./', '../outside')], fault: 'unsafe' },
  'a file in a file that was there': { members: [file('kept/x')], fault: 'unsafe', forced: undefined },
  'names that differ by case only': { members: [file('Kept'), sym('KEPT2', '../outside'), file('kept2/x')] },
};

const headers: Record<string, Case> = {
  'a character device': { members: [{ name: 'null', type: '3', device: [1, 3], mode: 0o666 }], fault: 'unsupported' },
  'a block device': { members: [{ name: 'sda', type: '4', device: [8, 0], mode: 0o666 }], fault: 'unsupported' },
  'a size of 2^63': { members: [file('f', { size: big(0x80, 0x80, 0, 0, 0, 0, 0, 0, 0) })], fault: 'damaged' },
  'a size of 2^95': { members: [file('f', { size: big(0xbf, ...Array(11).fill(0xff)) })], fault: 'damaged' },
  'a size of 2^53': { members: [file('f', { size: big(0x80, 0x20, 0, 0, 0, 0, 0, 0) })], fault: 'damaged' },
  'a size of 2^53 - 1': { members: [file('f', { size: big(0x80, 0x1f, ...Array(6).fill(0xff)) })], fault: 'cut' },
  'a negative size': { members: [file('f', { size: Buffer.alloc(12, 0xff) })], fault: 'damaged' },
  'a negative size in an extended header': { members: [paxMember({ size: '-1' }), file('f')], fault: 'damaged' },
  'a size of 2^64 in an extended header': {
    members: [paxMember({ size: '18446744073709551616' }), file('f')],
    fault: 'damaged',
  },
  'a size in letters': { members: [file('f', { size: Buffer.from('12345678abc\0') })], fault: 'damaged' },
  'a size with control characters': {
    members: [file('f', { size: Buffer.from('0000\x07\x1b00021\0') })],
    fault: 'damaged',
  },
  'a mode with control characters': { members: [file('f', { patch: [[100, '\x1b[2J\x07\0\0\0']] })], fault: 'damaged' },
  'a name of control characters': { members: [file('\x1b[2J\r\n\x07')] },
  'no name': { members: [file('')], fault: 'damaged' },
  'a name with a NUL': { members: [paxMember({ path: 'a\0/../../outside/secret' }), file('f')], fault: 'damaged' },
  'a link target with a NUL': { members: [paxMember({ linkpath: 'a\0b' }), sym('f', 'x')], fault: 'damaged' },
  'a name that leads out in an extended header': {
    members: [paxMember({ path: '../outside/secret' }), file('f')],
    fault: 'unsafe',
  },
  'a name that leads out in a global header': {
    members: [paxMember({ path: '../outside/secret' }, 'g'), file('f')],
    fault: 'unsafe',
  },
  'a name that leads out in a long name': {
    members: [{ name: '././@LongLink', type: 'L', content: '../outside/secret\0' }, file('f')],
    fault: 'unsafe',
  },
  'a name that leads out in a prefix': { members: [file('secret', { patch: [[345, '../outside']] })], fault: 'unsafe' },
  'a name that leads out in a sparse file': {
    members: [
      paxMember({
        'GNU.sparse.name': '../outside/secret',
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.realsize': '0',
      }),
      file('f', { content: '0\n'.padEnd(512, '\0') }),
    ],
    fault: 'unsafe',
  },
  'an extended header of 100 MiB': { members: [{ name: 'x', type: 'x', size: 100 * 2 ** 20 }], fault: 'damaged' },
  'a long name of 2 MiB': {
    members: [{ name: 'x', type: 'L', content: Buffer.alloc(2 * 2 ** 20, 'a') }, file('f')],
    fault: 'damaged',
  },
  'a record of an extended header that is longer than it': {
    members: [{ type: 'x', content: '99999 path=x\n' }, file('f')],
    fault: 'damaged',
  },
  'a record of length 0': { members: [{ type: 'x', content: '0 path=x\n' }, file('f')], fault: 'damaged' },
  'a record without a key': { members: [{ type: 'x', content: '6 =abc\n' }, file('f')], fault: 'damaged' },
  'an extended header and no member': { members: [paxMember({ path: 'x' })], fault: 'damaged' },
  'an unknown type': { members: [file('f', { type: 'Z' })], fault: 'unsupported' },
  'the rest of a volume before': { members: [file('f', { type: 'M' })], fault: 'unsupported' },
  'an incremental dump': { members: [{ name: 'd', type: 'D', content: 'Yfile\0\0' }], fault: 'unsupported' },
  'names in an unknown character set': {
    members: [paxMember({ hdrcharset: 'KOI-8' }), file('f')],
    fault: 'unsupported',
  },
  'a map of holes that goes backwards': {
    members: [paxMember({ 'GNU.sparse.size': '100', 'GNU.sparse.map': '50,10,0,11' }), file('f')],
    fault: 'damaged',
  },
  'a map of holes that overflows': {
    members: [paxMember({ 'GNU.sparse.size': '100', 'GNU.sparse.map': '9007199254740991,21' }), file('f')],
    fault: 'damaged',
  },
  'a map of holes beyond the file': {
    members: [paxMember({ 'GNU.sparse.size': '10', 'GNU.sparse.map': '0,21' }), file('f')],
    fault: 'damaged',
  },
  'sparse files in a format to come': {
    members: [paxMember({ 'GNU.sparse.major': '2', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '10' }), file('f')],
    fault: 'unsupported',
  },
  'a file of 8 EiB that is all hole': {
    members: [paxMember({ 'GNU.sparse.size': '9223372036854775807', 'GNU.sparse.map': '0,21' }), file('f')],
    fault: 'damaged',
  },
  'an attribute with an impossible name': {
    members: [paxMember({ 'SCHILY.xattr.': 'x' }), file('f')],
    fault: 'damaged',
  },
  'setuid and setgid': { members: [file('f', { mode: 0o6755 })] },
  'a thousand folders deep': {
    members: [file(`${'d/'.repeat(48)}f`), paxMember({ path: `${'d/'.repeat(1000)}f` }), file('x')],
  },
  'a component of 300 bytes': { members: [paxMember({ path: 'n'.repeat(300) }), file('x')], fault: 'failed' },
};

const CASES: [string, Case][] = [
  ...names,
  ...Object.entries(throughLinks),
  ...Object.entries(linksThere),
  ...Object.entries(headers),
];

/** A folder with things in it, and one beside it that is nobody's business. */
beforeEach(async () => {
  await mkdir(folder.path('outside', 'folder'), { recursive: true });
  await writeFile(folder.path('outside', 'secret'), 'secret', { mode: 0o600 });
  await mkdir(folder.path('target', 'folder'), { recursive: true });
  await writeFile(folder.path('target', 'kept'), 'kept', { mode: 0o640 });
  await writeFile(folder.path('target', 'folder', 'inner'), 'inner');
  await symlink('../outside', folder.path('target', 'out'));
  await symlink('../outside/secret', folder.path('target', 'link'));
  await link(folder.path('outside', 'secret'), folder.path('target', 'second'));
  await chmod(folder.path('target', 'folder'), 0o750);
  for (const name of ['target/folder', 'target', 'outside']) await utimes(folder.path(name), 1000, 1000);
});

function outcome(extract: () => unknown): string | undefined {
  try {
    extract();
    return undefined;
  } catch (error) {
    if (error instanceof ArchiveFault) return error.facts.reason;
    throw error;
  }
}

/** Without its times, for a folder that has got entries; a name that was taken away or added has left them. */
function withoutTimes(description: string | undefined): string | undefined {
  return description?.split(' ').slice(0, 4).join(' ');
}

describe.each(FOLDERS)('an archive that means harm, by %s', (_, open, linksLast) => {
  it.each(CASES)('%s', async (_name, { members, late, ...rest }) => {
    const fault = linksLast && late ? late.fault : rest.fault;
    const outside = await snapshot(folder.path('outside'));
    const before = await snapshot(folder.path('target'));
    expect(outcome(() => extractBytes(tarOf(...members), open(folder.path('target'))))).toBe(fault);
    expect(await snapshot(folder.path('outside'))).toEqual(outside);
    const after = await snapshot(folder.path('target'));
    const grown = new Set(
      [...after.keys()].filter((path) => !before.has(path)).map((path) => path.replace(/\/?[^/]*$/, '')),
    );
    for (const [path, description] of before) {
      const isGrown = grown.has(path);
      const seen = isGrown ? withoutTimes(after.get(path)) : after.get(path);
      expect([path, seen]).toEqual([path, isGrown ? withoutTimes(description) : description]);
    }
    expect(await readdir('/etc')).not.toContain('lto-hostile');
  });

  it.each(CASES)('%s, with --force', async (_name, { members, fault, late, ...rest }) => {
    const outside = await snapshot(folder.path('outside'));
    // A link that is made at the end finds a folder of the same archive, which nothing replaces.
    const isLate = linksLast && fault === 'unsafe' && members[0]?.type === SYMBOLIC;
    const usual = 'forced' in rest && !isLate ? rest.forced : fault;
    const expected = linksLast && late ? late.forced : usual;
    expect(outcome(() => extractBytes(tarOf(...members), open(folder.path('target')), { force: true }))).toBe(expected);
    const after = await snapshot(folder.path('outside'));
    // Its name in the folder may be gone, by which it has one link less.
    const { path, unlinked } = {
      path: 'secret',
      unlinked: (text = '') => text.split(' ').toSpliced(4, 1).toSpliced(5, 1),
    };
    expect(unlinked(after.get(path))).toEqual(unlinked(outside.get(path)));
    for (const each of [outside, after]) each.delete(path);
    expect(after).toEqual(outside);
  });
});
