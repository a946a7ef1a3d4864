import { type BigIntStats, constants } from 'node:fs';
import { type ByteString, toText } from '../encode/byte-string.js';
import { type Member, MemberEncoder } from '../encode/member.js';
import { BLOCK, TYPE, type Type } from '../encode/ustar.js';
import { copyBytes, type ShortRead } from './content.js';
import { strictFailure } from './failure.js';
import { closeFile, errorCode, linkTarget, openFile, statOpen } from './files.js';
import { HardLinks } from './hard-links.js';
import type { PackJob, Root } from './job.js';
import { NamedFolders, requireRoots } from './roots.js';
import type { SlabWriter } from './slab-writer.js';
import type { PackNotes, PackProblem, PackSummary } from './summary.js';
import { type Found, Walker } from './walker.js';

/** Two blocks of zeros end an archive. */
const END_BYTES = 2 * BLOCK;
const PERMISSIONS = 0o7777n;

/** Member types by the type of a file; there is none for a socket. */
const TYPES = new Map<bigint, Type>([
  [BigInt(constants.S_IFREG), TYPE.file],
  [BigInt(constants.S_IFDIR), TYPE.folder],
  [BigInt(constants.S_IFLNK), TYPE.symbolicLink],
  [BigInt(constants.S_IFIFO), TYPE.fifo],
  [BigInt(constants.S_IFCHR), TYPE.characterDevice],
  [BigInt(constants.S_IFBLK), TYPE.blockDevice],
]);
const FORMAT = BigInt(constants.S_IFMT);
const SPECIAL: ReadonlySet<Type> = new Set([TYPE.fifo, TYPE.characterDevice, TYPE.blockDevice]);

/** Makes an archive of what is found; all of its calls block, so it has a thread of its own. */
export class Packer {
  readonly #job: PackJob;
  readonly #archive: SlabWriter;
  readonly #notes: PackNotes;
  readonly #walker: Walker;
  readonly #encoder = new MemberEncoder();
  readonly #links = new HardLinks();
  readonly #named = new NamedFolders();

  constructor(job: PackJob, archive: SlabWriter, notes: PackNotes) {
    this.#job = job;
    this.#archive = archive;
    this.#notes = notes;
    this.#walker = new Walker(job, notes, (path, error, archived) => this.#unread(path, error, archived));
  }

  /**
   * Calls `begun` once all that was named is known to be there. Throws PackError for what can't be archived at all, and
   * for the first problem where the job is strict.
   */
  run(begun: () => void): PackSummary {
    const roots = requireRoots(this.#job);
    begun();
    for (const root of roots) {
      if (!this.#named.cover(root.name)) this.#addRoot(root);
    }
    this.#archive.fill(END_BYTES);
    this.#notes.bytes = this.#archive.bytes;
    this.#archive.flush();
    return this.#notes.summary();
  }

  #addRoot(root: Root): void {
    for (const found of this.#walker.walk(root)) {
      if (found.name === root.name && found.stats.isDirectory()) this.#named.add(root.name);
      this.#add(found);
      this.#notes.bytes = this.#archive.bytes;
    }
  }

  #add(found: Found): void {
    const { path, stats } = found;
    const type = TYPES.get(stats.mode & FORMAT);
    if (type === undefined) this.#notes.leaveOut('sockets', toText(path));
    else if (SPECIAL.has(type) && !this.#job.special) this.#notes.leaveOut('special', toText(path));
    else if (type === TYPE.folder) this.#write(memberOf(found, type));
    else this.#addOnce(found, type);
  }

  /** The content with the first name of a file; its other names are links to that. */
  #addOnce(found: Found, type: Type): void {
    const first = this.#links.find(found.stats);
    if (first !== undefined) {
      this.#write({ ...memberOf(found, TYPE.hardLink), target: first });
      return;
    }
    const isArchived = type === TYPE.file ? this.#addFile(found) : this.#addOther(found, type);
    if (isArchived) this.#links.add(found.name, found.stats);
  }

  #addOther(found: Found, type: Type): boolean {
    let target: ByteString = '';
    try {
      if (type === TYPE.symbolicLink) target = linkTarget(found.path);
    } catch (error) {
      this.#unread(found.path, error, false);
      return false;
    }
    this.#write({ ...memberOf(found, type), target });
    return true;
  }

  #addFile(found: Found): boolean {
    const { path, stats } = found;
    this.#notes.files += 1;
    // Nothing to read, and no need to open it.
    if (stats.size === 0n) {
      this.#write(memberOf(found, TYPE.file));
      return true;
    }
    let fd: number;
    try {
      fd = openFile(path);
    } catch (error) {
      this.#notes.files -= 1;
      this.#unread(path, error, false);
      return false;
    }
    try {
      const size = Number(stats.size);
      this.#write({ ...memberOf(found, TYPE.file), size });
      const short = copyBytes(fd, null, size, this.#archive);
      this.#archive.pad();
      this.#requireUnchanged(found, short, statOpen(fd));
    } finally {
      closeFile(fd);
    }
    return true;
  }

  #write(member: Member): void {
    this.#archive.write(this.#encoder.encode(member));
    this.#notes.entries += 1;
  }

  /** What was read has to be the file that was found. */
  #requireUnchanged({ path, stats }: Found, short: ShortRead | undefined, now: BigIntStats): void {
    const reason = changeOf(stats, short, now);
    if (reason !== undefined) this.#problem(path, { reason, code: short?.code, archived: true });
  }

  #unread(path: ByteString, error: unknown, archived: boolean): void {
    const code = errorCode(error);
    if (code === undefined) throw error;
    this.#problem(path, { reason: code === 'ENOENT' ? 'vanished' : 'unreadable', code, archived });
  }

  #problem(path: ByteString, what: Omit<PackProblem, 'path'>): void {
    const problem = { path: toText(path), ...what };
    if (this.#job.strict) throw strictFailure(path, problem);
    this.#notes.problem(problem);
  }
}

function memberOf({ name, stats }: Found, type: Type): Member {
  const isDevice = type === TYPE.characterDevice || type === TYPE.blockDevice;
  return {
    path: type === TYPE.folder ? `${name || '.'}/` : name,
    type,
    mode: Number(stats.mode & PERMISSIONS),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: 0,
    modified: stats.mtimeNs,
    target: '',
    major: isDevice ? majorOf(stats.rdev) : 0,
    minor: isDevice ? minorOf(stats.rdev) : 0,
    records: [],
  };
}

/** As gnu_dev_major(3) and gnu_dev_minor(3) take a number apart. */
function majorOf(device: bigint): number {
  return Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n));
}

function minorOf(device: bigint): number {
  return Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n));
}

function changeOf(
  before: BigIntStats,
  short: ShortRead | undefined,
  now: BigIntStats,
): PackProblem['reason'] | undefined {
  if (short?.code !== undefined) return 'unreadable';
  if (before.ino !== now.ino || before.dev !== now.dev) return 'changed';
  if (short !== undefined || now.size < before.size) return 'shrank';
  if (now.size > before.size) return 'grew';
  return now.mtimeNs === before.mtimeNs ? undefined : 'changed';
}
