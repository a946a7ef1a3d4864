import { constants } from 'node:fs';
import { type ByteString, toText } from '../encode/byte-string.js';
import { type Member, MemberEncoder } from '../encode/member.js';
import type { PaxRecord } from '../encode/pax.js';
import { END_BYTES } from '../encode/text-members.js';
import { BLOCK, TYPE, type Type } from '../encode/ustar.js';
import { strictFailure } from './failure.js';
import { aclRecord } from './files/acl-text.js';
import type { FileAccess, FilePlace } from './files/file-access.js';
import { type FileStatus, isFolder, sameTime } from './files/file-status.js';
import { closeFile, errorCode, linkTarget, openFile, statOpen } from './files/files.js';
import { HardLinks } from './files/hard-links.js';
import type { PackJob, Root } from './job.js';
import { NamedFolders, requireRoots } from './roots.js';
import { copyBytes, type ShortRead } from './slabs/content.js';
import type { SlabWriter } from './slabs/slab-writer.js';
import { type SparseFile, sparseFile } from './sparse.js';
import type { PackNotes, PackProblem, PackSummary } from './summary.js';
import { type Found, Walker } from './walker.js';

const PERMISSIONS = 0o7777;
/** Files up to this size are read whole by one call. */
const SMALL = 256 * 1024;
const NO_RECORDS: readonly PaxRecord[] = [];

/** Member types by the type of a file; there is none for a socket. */
const TYPES = new Map<number, Type>([
  [constants.S_IFREG, TYPE.file],
  [constants.S_IFDIR, TYPE.folder],
  [constants.S_IFLNK, TYPE.symbolicLink],
  [constants.S_IFIFO, TYPE.fifo],
  [constants.S_IFCHR, TYPE.characterDevice],
  [constants.S_IFBLK, TYPE.blockDevice],
]);
const SPECIAL: ReadonlySet<Type> = new Set([TYPE.fifo, TYPE.characterDevice, TYPE.blockDevice]);

/** Makes an archive of the files found. All its calls block, so it runs in its own thread. */
export class Packer {
  readonly #job: PackJob;
  readonly #files: FileAccess;
  readonly #archive: SlabWriter;
  readonly #notes: PackNotes;
  readonly #walker: Walker;
  readonly #encoder = new MemberEncoder();
  readonly #links = new HardLinks();
  readonly #named = new NamedFolders();

  constructor(job: PackJob, files: FileAccess, archive: SlabWriter, notes: PackNotes) {
    this.#job = job;
    this.#files = files;
    this.#archive = archive;
    this.#notes = notes;
    this.#walker = new Walker(job, files, notes, {
      onProblem: (path, error, archived) => this.#unread(path, error, archived),
      addFiles: (place, names) => this.#addFiles(place, names),
    });
  }

  /**
   * Calls `begun` once all named sources are known to exist. Throws PackError for an invalid request, and for the first
   * problem if the job is strict.
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
      if (found.name === root.name && isFolder(found.status)) this.#named.add(root.name);
      this.#add(found);
      this.#notes.bytes = this.#archive.bytes;
    }
  }

  /** Small files that need nothing else than their content and a header. */
  #addFiles(place: FilePlace, names: Uint8Array): number {
    if (names.length === 0) return 0;
    let done = 0;
    this.#archive.readInto(Number.POSITIVE_INFINITY, (memory, at, length) => {
      const packed = this.#files.packFiles(place, names, memory.subarray(at, at + length));
      this.#notes.files += packed.files;
      this.#notes.entries += packed.files;
      done = packed.names;
      return packed.bytes;
    });
    this.#notes.bytes = this.#archive.bytes;
    return done;
  }

  #add(found: Found): void {
    const { path, status } = found;
    const type = TYPES.get(status.mode & constants.S_IFMT);
    if (type === undefined) this.#notes.leaveOut('sockets', toText(path));
    else if (SPECIAL.has(type) && !this.#job.special) this.#notes.leaveOut('special', toText(path));
    else if (type === TYPE.folder) this.#write(this.#member(found, type));
    else this.#addOnce(found, type);
  }

  /** Adds the content with the first name of a file; its other names become links to that. */
  #addOnce(found: Found, type: Type): void {
    const first = this.#links.find(found.status);
    if (first !== undefined) {
      this.#write({ ...memberOf(found, TYPE.hardLink), target: first });
      return;
    }
    const isArchived = type === TYPE.file ? this.#addFile(found) : this.#addOther(found, type);
    if (isArchived) this.#links.add(found.name, found.status);
  }

  #addOther(found: Found, type: Type): boolean {
    try {
      const target = type === TYPE.symbolicLink ? linkTarget(found.path) : '';
      this.#write({ ...this.#member(found, type), target });
      return true;
    } catch (error) {
      this.#unread(found.path, error, false);
      return false;
    }
  }

  #addFile(found: Found): boolean {
    const { size, blocks } = found.status;
    const member = { ...this.#member(found, TYPE.file), size };
    try {
      // Nothing to read, and no need to open it.
      if (size === 0) this.#write(member);
      else if (blocks * BLOCK < size) this.#addByParts(found, member);
      else if (size > SMALL || !this.#addSmall(found, member)) this.#addLarge(found, member, undefined);
    } catch (error) {
      this.#unread(found.path, error, false);
      return false;
    }
    this.#notes.files += 1;
    return true;
  }

  /** False if the slab has no room for it. Throws if it cannot be read, with nothing archived. */
  #addSmall(found: Found, member: Member): boolean {
    let change: PackProblem['reason'] | undefined;
    const { size } = member;
    const isPlaced = this.#archive.place(this.#encoder.encode(member), size, (memory, at) => {
      const { count, now } = this.#files.readSmall(found.path, memory, at, size);
      memory.fill(0, at + count, at + size);
      change = changeOf(found.status, count < size ? { code: undefined } : undefined, now);
    });
    if (!isPlaced) return false;
    this.#notes.entries += 1;
    if (change !== undefined) this.#problem(found.path, { reason: change, archived: true });
    return true;
  }

  /** A file with less space on disk than its size. */
  #addByParts(found: Found, member: Member): void {
    this.#addLarge(found, member, (fd) => {
      const parts = this.#files.extents(fd, member.size);
      if (parts !== undefined) return sparseFile(found.name, member.size, parts);
      this.#notes.notKept.add('holes');
      return undefined;
    });
  }

  /** Throws if it cannot be opened, with nothing archived. */
  #addLarge(found: Found, member: Member, findHoles: ((fd: number) => SparseFile | undefined) | undefined): void {
    const fd = openFile(found.path);
    try {
      const sparse = findHoles?.(fd);
      const short = sparse === undefined ? this.#copyWhole(fd, member) : this.#copyParts(fd, member, sparse);
      this.#archive.pad();
      const reason = changeOf(found.status, short, statOpen(fd));
      if (reason !== undefined) this.#problem(found.path, { reason, code: short?.code, archived: true });
    } finally {
      closeFile(fd);
    }
  }

  #copyWhole(fd: number, member: Member): ShortRead | undefined {
    this.#write(member);
    return copyBytes(fd, null, member.size, this.#archive);
  }

  #copyParts(fd: number, member: Member, { map, parts, stored, records, placeholder }: SparseFile) {
    this.#write({ ...member, size: stored, records: [...records, ...member.records], placeholder });
    this.#archive.write(map);
    let short: ShortRead | undefined;
    for (let part = 0; part < parts.length; part += 2) {
      const missing = copyBytes(fd, parts[part] ?? 0, parts[part + 1] ?? 0, this.#archive);
      short ??= missing;
    }
    return short;
  }

  #write(member: Member): void {
    this.#archive.write(this.#encoder.encode(member));
    this.#notes.entries += 1;
  }

  #member(found: Found, type: Type): Member {
    const member = memberOf(found, type);
    const { attributeBytes } = found.status;
    if (!this.#job.xattrs || attributeBytes === 0) return member;
    if (attributeBytes !== undefined) return { ...member, records: this.#attributeRecords(found.path) };
    this.#notes.notKept.add('extended attributes');
    return member;
  }

  /** In the form of star, GNU tar and libarchive; `%` and `=` in names as in GNU tar. */
  #attributeRecords(path: ByteString): readonly PaxRecord[] {
    try {
      return (this.#files.attributes(path) ?? []).flatMap(({ name, value }) => {
        const key = name.replaceAll('%', '%25').replaceAll('=', '%3D');
        const acl = aclRecord(name, value);
        const record: PaxRecord = [`SCHILY.xattr.${key}`, value.toString('latin1')];
        return acl === undefined ? [record] : [record, acl];
      });
    } catch (error) {
      this.#unread(path, error, true);
      return NO_RECORDS;
    }
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

function memberOf({ name, status }: Found, type: Type): Member {
  const isDevice = type === TYPE.characterDevice || type === TYPE.blockDevice;
  return {
    path: type === TYPE.folder ? `${name || '.'}/` : name,
    type,
    mode: status.mode & PERMISSIONS,
    uid: status.uid,
    gid: status.gid,
    size: 0,
    modified: status.modified,
    target: '',
    major: isDevice ? status.major : 0,
    minor: isDevice ? status.minor : 0,
    records: NO_RECORDS,
  };
}

/** Compares the file that was read with the one that was found. */
function changeOf(
  before: FileStatus,
  short: ShortRead | undefined,
  now: FileStatus,
): PackProblem['reason'] | undefined {
  if (short?.code !== undefined) return 'unreadable';
  if (before.inode[0] !== now.inode[0] || before.inode[1] !== now.inode[1]) return 'changed';
  if (short !== undefined || now.size < before.size) return 'shrank';
  if (now.size > before.size) return 'grew';
  return sameTime(before.modified, now.modified) ? undefined : 'changed';
}
