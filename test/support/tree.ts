// Trees with everything that an archive can hold: made on disk, and described as they are there.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, lchown, link, lstat, mkdir, open, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { loadAddon } from '../../src/addon/load-addon.js';

/** Names and targets are bytes: a character of these texts stands for each (latin1). */
type Name = string;

/** What stands at a path. */
export type TreeNode =
  | { readonly kind: 'folder' }
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  /** Holes everywhere but where `data` lies. */
  | { readonly kind: 'sparse'; readonly size: number; readonly data: readonly { at: number; bytes: Uint8Array }[] }
  | { readonly kind: 'symlink'; readonly target: Name }
  /** Another name of the file at `to`, which stands earlier in the list. */
  | { readonly kind: 'hardlink'; readonly to: Name }
  | { readonly kind: 'fifo' }
  | { readonly kind: 'device'; readonly type: 'b' | 'c'; readonly major: number; readonly minor: number };

export type TreeEntry = TreeNode & {
  /** Below the folder, `/` between the names; folders on the way are made where no entry has done it before. */
  readonly path: Name;
  readonly mode?: number | undefined;
  readonly owner?: readonly [uid: number, gid: number] | undefined;
  /** Seconds since 1970, with up to nine decimals. */
  readonly mtime?: string | undefined;
  readonly xattrs?: Readonly<Record<string, Uint8Array>> | undefined;
  /** As `setfacl -m` takes it. */
  readonly acl?: string | undefined;
};

export const isRoot = process.getuid?.() === 0;

/** A path below a folder as bytes. */
export function pathBytes(folder: string, path: Name): Buffer {
  return path === '' ? Buffer.from(folder) : Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, 'latin1')]);
}

/** Makes the entries in a folder, which is made too. Needs `setfattr` and `setfacl` only for entries with such. */
export async function makeTree(folder: string, entries: readonly TreeEntry[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const entry of entries) await makeNode(folder, entry);
  for (const { path, kind, owner } of entries) {
    if (owner && kind !== 'hardlink') await lchown(pathBytes(folder, path), ...owner);
  }
  await runScript(folder, entries.flatMap(attributeCommands));
  // The deepest first: a folder that forbids it hides what is in it.
  for (const { path, kind, mode } of entries.toReversed()) {
    if (mode !== undefined && kind !== 'symlink' && kind !== 'hardlink') await chmod(pathBytes(folder, path), mode);
  }
}

async function makeNode(folder: string, entry: TreeEntry): Promise<void> {
  const path = pathBytes(folder, entry.path);
  const parent = path.subarray(0, path.lastIndexOf(0x2f));
  await mkdir(parent, { recursive: true });
  if (entry.kind === 'folder') await mkdir(path, { recursive: true });
  else if (entry.kind === 'file') await writeFile(path, entry.bytes);
  else if (entry.kind === 'sparse') await writeSparse(path, entry.size, entry.data);
  else if (entry.kind === 'symlink') await symlink(Buffer.from(entry.target, 'latin1'), path);
  else if (entry.kind === 'hardlink') await link(pathBytes(folder, entry.to), path);
  else if (entry.kind === 'fifo') await runScript(folder, [`mkfifo -- ${quoted(entry.path)}`]);
  else await runScript(folder, [`mknod -- ${quoted(entry.path)} ${entry.type} ${entry.major} ${entry.minor}`]);
}

async function writeSparse(path: Buffer, size: number, data: readonly { at: number; bytes: Uint8Array }[]) {
  const file = await open(path, 'w');
  try {
    await file.truncate(size);
    for (const { at, bytes } of data) await file.write(bytes, 0, bytes.length, at);
  } finally {
    await file.close();
  }
}

/** What Node.js has no calls for, or none that is exact to the nanosecond. */
function attributeCommands({ path, kind, mtime, xattrs = {}, acl }: TreeEntry): string[] {
  if (kind === 'hardlink') return [];
  const name = quoted(path);
  const values = Object.entries(xattrs).map(
    ([key, value]) => `setfattr -h -n ${quoted(key)} -v 0x${Buffer.from(value).toString('hex')} -- ${name}`,
  );
  const list = acl === undefined ? [] : [`setfacl -m ${quoted(acl)} -- ${name}`];
  return [...values, ...list, ...(mtime === undefined ? [] : [`touch -h -d @${mtime} -- ${name}`])];
}

function quoted(name: Name): string {
  const hex = (character: string) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return name === '' ? '.' : `$'${name.replaceAll(/[^\w./-]/g, hex)}'`;
}

async function runScript(folder: string, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) return;
  const shell = spawn('bash', ['-e'], { cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    shell.once('error', reject).once('close', (code) => resolve(code));
  });
  shell.stdin.end(`${commands.join('\n')}\n`);
  const [code, said] = await Promise.all([ended, text(shell.stderr)]);
  if (code !== 0) throw new Error(`making a tree ended with ${code}: ${said}`);
}

/** Facts that a description leaves out, since this archiver or that file system does not keep them. */
export interface TreeFacts {
  readonly owners?: boolean;
  readonly times?: boolean;
  readonly xattrs?: boolean;
  /** Where in a file data lies, and where holes. */
  readonly holes?: boolean;
}

/**
 * Every path of a folder, itself as '', with a line that says what is there: type, mode, owner, time, size, digest,
 * target, device, other names of the same file, extended attributes. Equal trees have equal descriptions.
 */
export async function describeTree(folder: string, facts: TreeFacts = {}): Promise<Map<Name, string>> {
  const attributes = facts.xattrs === false ? new Map<Name, string>() : await xattrsBelow(folder);
  const described = new Map<Name, string>();
  const firstNames = new Map<string, Name>();
  for (const path of await pathsBelow(folder)) {
    const line = await describeNode(pathBytes(folder, path), path, facts, firstNames);
    described.set(path, `${line}${attributes.get(path) ?? ''}`);
  }
  return described;
}

/** In the order of their bytes, folders before what is in them. */
async function pathsBelow(folder: string): Promise<Name[]> {
  const found: Name[] = [];
  const waiting: Name[] = [''];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    found.push(path);
    const full = pathBytes(folder, path);
    if (!(await lstat(full)).isDirectory()) continue;
    for (const name of await readdir(full, { encoding: 'buffer' })) {
      waiting.push(path === '' ? name.toString('latin1') : `${path}/${name.toString('latin1')}`);
    }
  }
  return found.sort();
}

async function describeNode(
  full: Buffer,
  path: Name,
  { owners = true, times = true, holes = true }: TreeFacts,
  firstNames: Map<string, Name>,
): Promise<string> {
  const stats = await lstat(full, { bigint: true });
  const words = [(stats.mode & 0o7777n).toString(8)];
  if (owners) words.push(`${stats.uid}:${stats.gid}`);
  if (times) words.push(`at ${stats.mtimeNs}`);
  if (stats.isDirectory()) return ['folder', ...words].join(' ');
  if (stats.isSymbolicLink()) {
    const target = await readlink(full, { encoding: 'buffer' });
    // Their mode is that of the system.
    return ['link', ...words.slice(1), '->', target.toString('latin1')].join(' ');
  }
  if (stats.isFIFO()) return ['fifo', ...words].join(' ');
  if (stats.isSocket()) return ['socket', ...words].join(' ');
  if (stats.isBlockDevice() || stats.isCharacterDevice()) {
    return [stats.isBlockDevice() ? 'block' : 'character', ...words, stats.rdev].join(' ');
  }
  const inode = `${stats.dev}:${stats.ino}`;
  const first = stats.nlink > 1n ? (firstNames.get(inode) ?? path) : path;
  firstNames.set(inode, first);
  if (first !== path) return `the same file as ${first}`;
  // GNU tar keeps no hole in a file that one block of the file system holds.
  if (holes && stats.size > stats.blksize) words.push(await dataIn(full, Number(stats.size)));
  return ['file', ...words, stats.size, await sha256(full)].join(' ');
}

/** By SEEK_DATA and SEEK_HOLE: the count of blocks is another until the system has written them. */
async function dataIn(path: Buffer, size: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    return `data at ${loadAddon().dataExtents(file.fd, size).join(' ')}`;
  } finally {
    await file.close();
  }
}

async function sha256(path: Buffer): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  for await (const chunk of file.createReadStream({ highWaterMark: 4 * 1024 * 1024 })) hash.update(chunk);
  return hash.digest('hex');
}

/** By `getfattr`, each path with its attributes in one line. */
async function xattrsBelow(folder: string): Promise<Map<Name, string>> {
  const args = ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '.'];
  const options = { cwd: folder, encoding: 'latin1' as const, maxBuffer: 1024 ** 3 };
  const { stdout } = await promisify(execFile)('getfattr', args, options);
  const found = new Map<Name, string>();
  for (const paragraph of stdout.split('\n\n')) {
    const [head = '', ...values] = paragraph.split('\n').filter((line) => line !== '');
    const path = unescaped(head.replace('# file: ', ''));
    if (head !== '') found.set(path === '.' ? '' : path.replace(/^\.\//, ''), ` [${values.sort().join(' ')}]`);
  }
  return found;
}

/** `getfattr` writes bytes that are no plain characters as three octal digits. */
function unescaped(name: string): Name {
  return name.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** A socket at a path, for as long as the work goes on. */
export async function withSocket<T>(path: string, work: () => Promise<T>): Promise<T> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    return await work();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Bytes that tell their place, so that what is moved or left out shows. */
export function countingBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 31 + (at >>> 8) * 17 + (at >>> 16)) & 0xff;
  return bytes;
}

const LONG = 'a name that is longer than a header of ustar has room for '.repeat(4).slice(0, 200);

/**
 * One of everything. `special` adds a FIFO, and for root devices. Owners, and attributes that only root may set, are
 * there only for root.
 */
export function wholeTree({ special = false }: { special?: boolean } = {}): TreeEntry[] {
  const entries: TreeEntry[] = [
    { path: '', kind: 'folder', mode: 0o755, mtime: '1700000000.000000001' },
    { path: 'empty', kind: 'folder', mode: 0o700, mtime: '0' },
    { path: 'nothing', kind: 'file', bytes: Buffer.alloc(0), mtime: '-1.5' },
    { path: 'small', kind: 'file', bytes: countingBytes(1), mode: 0o600, mtime: '-86400' },
    { path: 'block', kind: 'file', bytes: countingBytes(512), mode: 0o444, mtime: '9999999999.123456789' },
    { path: 'large', kind: 'file', bytes: countingBytes(9_000_001), mode: 0o755, mtime: '1234567890.999999999' },
    { path: 'set-ids', kind: 'file', bytes: countingBytes(10), mode: 0o6755 },
    { path: 'shared', kind: 'folder', mode: 0o3775 },
    { path: 'read-only/file', kind: 'file', bytes: countingBytes(600), mode: 0o400 },
    { path: 'read-only', kind: 'folder', mode: 0o555, mtime: '1600000000.5' },
    { path: 'first', kind: 'file', bytes: countingBytes(1000), mtime: '1500000000.25' },
    { path: 'second', kind: 'hardlink', to: 'first' },
    { path: 'shared/third', kind: 'hardlink', to: 'first' },
    { path: 'link', kind: 'symlink', target: 'shared/third', mtime: '1400000000.125' },
    { path: 'link-to-link', kind: 'symlink', target: 'link' },
    { path: 'dangling', kind: 'symlink', target: 'nowhere/at all' },
    { path: 'absolute', kind: 'symlink', target: '/etc/passwd' },
    { path: 'outside', kind: 'symlink', target: '../../../outside' },
    { path: 'folder-link', kind: 'symlink', target: 'shared' },
    { path: 'long-target', kind: 'symlink', target: `${LONG}/${LONG}` },
    { path: `${LONG}/${LONG}/${LONG}`, kind: 'file', bytes: countingBytes(700) },
    { path: `n${'n'.repeat(98)}`, kind: 'file', bytes: countingBytes(99) },
    { path: `m${'m'.repeat(99)}`, kind: 'file', bytes: countingBytes(100) },
    { path: '-rf', kind: 'file', bytes: countingBytes(3) },
    { path: 'new\nline \t"quoted" \\ back', kind: 'file', bytes: countingBytes(4) },
    { path: 'not UTF-8 \xff\xfe\x80', kind: 'file', bytes: countingBytes(5) },
    { path: 'not UTF-8 \xe4/\xf6', kind: 'symlink', target: '\xfc\xdf' },
    { path: utf8('ünïcode 日本 🎞'), kind: 'folder' },
    { path: utf8('ünïcode 日本 🎞/naïve'), kind: 'file', bytes: countingBytes(6) },
    {
      path: 'sparse',
      kind: 'sparse',
      size: 50_000_000,
      data: [
        { at: 1_048_576, bytes: countingBytes(5000) },
        { at: 40_000_000, bytes: countingBytes(100_000) },
      ],
    },
    { path: 'all hole', kind: 'sparse', size: 10_000_000, data: [] },
    { path: 'hole first', kind: 'sparse', size: 8_000_123, data: [{ at: 8_000_000, bytes: countingBytes(123) }] },
    { path: 'hole last', kind: 'sparse', size: 7_000_000, data: [{ at: 0, bytes: countingBytes(4096) }] },
    {
      path: 'attributes',
      kind: 'file',
      bytes: countingBytes(50),
      xattrs: {
        'user.text': Buffer.from('plain'),
        'user.binary': Buffer.from([0, 1, 10, 255]),
        'user.a=b%3D': Buffer.of(61),
      },
    },
    { path: 'attributes of a folder', kind: 'folder', xattrs: { 'user.empty': Buffer.alloc(0) } },
    { path: 'access list', kind: 'file', bytes: countingBytes(20), acl: 'u:1:rw,g:2:r' },
    { path: 'default list', kind: 'folder', acl: 'd:u:1:rwx,u:2:rx' },
  ];
  const ofRoot: TreeEntry[] = [
    { path: 'owned', kind: 'file', bytes: countingBytes(7), owner: [3_000_000_000, 2_097_152] },
    { path: 'owned folder', kind: 'folder', owner: [262_144, 65_534], mode: 0o2750 },
    { path: 'owned link', kind: 'symlink', target: 'owned', owner: [1000, 1001] },
    { path: 'trusted', kind: 'file', bytes: countingBytes(8), xattrs: { 'trusted.node': Buffer.from('lto') } },
  ];
  const nodes: TreeEntry[] = special ? [{ path: 'fifo', kind: 'fifo', mode: 0o622 }] : [];
  const devices: TreeEntry[] = special
    ? [
        { path: 'null', kind: 'device', type: 'c', major: 1, minor: 3, mode: 0o666 },
        { path: 'disk', kind: 'device', type: 'b', major: 259, minor: 70_000, mode: 0o660 },
      ]
    : [];
  return [...entries, ...nodes, ...(isRoot ? [...ofRoot, ...devices] : [])];
}

function utf8(text: string): Name {
  return Buffer.from(text).toString('latin1');
}
