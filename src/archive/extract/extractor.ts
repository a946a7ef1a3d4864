import type { ArchiveReader } from '../decode/archive-reader.js';
import { ArchiveFault, unsafe, unsupported } from '../decode/fault.js';
import type { ExtendedAttribute, Member } from '../decode/member.js';
import { type ByteString, quoted, toText } from '../encode/byte-string.js';
import { failed } from './failed.js';
import { CreatedNodes } from './folder/created-nodes.js';
import { memberPath } from './folder/member-path.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_COUNT,
  NodeFacts,
  SPECIAL_TYPES,
  type TargetFolder,
  TYPE,
} from './folder/target-folder.js';
import { FolderAttributes } from './folder-attributes.js';
import { LastLinks } from './last-links.js';
import { Tally } from './summary.js';

export interface ExtractPolicy {
  /** Replace files, links and nodes that are there, and set the attributes of folders that are. */
  readonly force: boolean;
  /** setuid, setgid, sticky, devices, and attributes of the kernel (`security.*`, `trusted.*`). */
  readonly preserve: boolean;
  /** Owners, by their numbers. */
  readonly owners: boolean;
  /** The folder itself was made for this extraction. */
  readonly isNewFolder: boolean;
}

const PERMISSIONS = 0o777;
const PRESERVED = 0o7777;
/** What a folder has until its own attributes are set. */
const FOLDER_BEFORE = 0o700;
const IMPLIED_FOLDER = 0o777;
const MOST_ID = 0xffff_fffe;
const EMPTY = new Uint8Array(0);
/** Attributes that give rights no more than a mode does. */
const OF_USER = 'user.';
const ACCESS_LIST = 'system.posix_acl_';
const MOST_MINOR = 0xffff_ffff;

/** Makes the members of an archive in a folder. Nothing that was there before is changed without `force`. */
export class Extractor {
  readonly tally = new Tally();
  readonly #folder: TargetFolder;
  readonly #policy: ExtractPolicy;
  readonly #created = new CreatedNodes();
  readonly #folders = new FolderAttributes();
  readonly #lastLinks = new LastLinks();
  readonly #facts = new NodeFacts();
  readonly #other = new NodeFacts();
  readonly #attributes = new Float64Array(ATTRIBUTE_COUNT);

  constructor(folder: TargetFolder, policy: ExtractPolicy) {
    this.#folder = folder;
    this.#policy = policy;
  }

  /** Throws ArchiveFault, and InvalidArgumentError for what would replace something. */
  extract(member: Member, reader: ArchiveReader): void {
    const path = memberPath(member.path);
    for (const key of member.unused) this.tally.leftOut(key, toText(member.path));
    if (member.type === 'folder') this.#makeFolder(path, member);
    else if (path === '') throw unsafe('a member that is no folder has the place of the folder itself');
    else if (member.type === 'file') this.#makeFile(path, member, reader);
    else if (member.type === 'hard link') this.#hardLink(path, member);
    else if (member.type === 'symbolic link') this.#symbolicLink(path, member);
    else this.#makeSpecial(path, member);
    this.tally.made(member.type);
  }

  /** Makes the links that had to wait, and sets the attributes of folders. Throws ArchiveFault. */
  finish(): void {
    for (const { type, path, target } of this.#lastLinks.inOrder(this.#attributes)) {
      if (type === 'symbolic link') this.#makeSymbolicLink(path, target);
      else this.#makeHardLink(path, target);
    }
    for (const { path, extended } of this.#folders.deepestFirst(this.#attributes)) {
      this.#require(this.#folder.openFolder(path), path, 'open');
      this.#finish(path, -1, extended);
    }
  }

  #makeFile(path: ByteString, member: Member, reader: ArchiveReader): void {
    if (member.sparse !== undefined || member.attributes.length > 0) {
      this.#makeInParts(path, member, reader);
      return;
    }
    const piece = reader.content() ?? EMPTY;
    if (reader.isPassed) {
      this.#makeWhole(path, member, piece);
    } else {
      this.#rest = piece;
      this.#makeInParts(path, member, reader);
    }
  }

  #makeInParts(path: ByteString, member: Member, reader: ArchiveReader): void {
    const { sparse } = member;
    this.#place(path, 'file', () => this.#folder.createFile(path, this.#facts));
    this.#created.add(this.#facts);
    if (sparse === undefined) {
      this.#writeParts(path, reader, 0);
    } else {
      for (let part = 0; part < sparse.parts; part += 1) {
        this.#writeParts(path, reader, sparse.offset(part), sparse.length(part));
      }
    }
    this.#fillAttributes(member);
    this.#finish(path, sparse === undefined ? -1 : member.size, member.attributes);
  }

  /** Nearly every file: its content is there in one piece, and one call makes it. */
  #makeWhole(path: ByteString, member: Member, content: Uint8Array): void {
    this.#fillAttributes(member);
    this.#place(path, 'file', () => {
      const code = this.#folder.makeFile(path, content, this.#attributes, this.#facts);
      // It is there: what failed behind that is no question of what stands in its way.
      if (code !== undefined && this.#facts.inode !== 0) throw failed(code, path, 'write');
      return code;
    });
    this.#created.add(this.#facts);
    this.tally.wrote(content.length);
  }

  /** Content from here on, all of it or so much; a part may end within a piece. */
  #rest: Uint8Array | undefined;

  #writeParts(path: ByteString, reader: ArchiveReader, position: number, length = Number.POSITIVE_INFINITY): void {
    let at = position;
    let left = length;
    while (left > 0) {
      const piece = this.#rest ?? reader.content();
      this.#rest = undefined;
      if (piece === undefined) return;
      const taken = piece.length > left ? piece.subarray(0, left) : piece;
      if (piece.length > left) this.#rest = piece.subarray(left);
      this.#require(this.#folder.write(taken, at), path, 'write');
      this.tally.wrote(taken.length);
      at += taken.length;
      left -= taken.length;
    }
  }

  #makeFolder(path: ByteString, member: Member): void {
    if (!this.#takeFolder(path)) return;
    this.#fillAttributes(member);
    this.#folders.add(path, this.#attributes, member.attributes);
  }

  /** Whether the folder, which is there then, is to have the attributes of the archive. */
  #takeFolder(path: ByteString): boolean {
    const { force, isNewFolder } = this.#policy;
    if (path === '') return force || isNewFolder;
    const make = () => this.#folder.makeFolder(path, FOLDER_BEFORE, this.#facts);
    const code = this.#inParents(path, make);
    if (code === 'EEXIST') {
      this.#require(this.#folder.inspect(path, this.#facts), path, 'lstat');
      if (this.#facts.type === TYPE.folder) return force || this.#created.has(this.#facts);
      this.#replace(path, 'folder');
      this.#require(make(), path, 'mkdir');
    } else {
      this.#require(code, path, 'mkdir');
    }
    this.#created.add(this.#facts);
    return true;
  }

  #symbolicLink(path: ByteString, member: Member): void {
    this.#fillAttributes(member);
    this.#leaveOutAttributes(member);
    if (this.#folder.linksLast) this.#lastLinks.add('symbolic link', path, member.target, this.#attributes);
    else this.#makeSymbolicLink(path, member.target);
  }

  #makeSymbolicLink(path: ByteString, target: ByteString): void {
    const make = () => this.#folder.makeSymbolicLink(target, path, this.#attributes, this.#facts);
    this.#place(path, 'symbolic link', make);
    this.#created.add(this.#facts);
  }

  #hardLink(path: ByteString, member: Member): void {
    const target = memberPath(member.target);
    if (target === path) return;
    const isMissing = this.#folder.linksLast && this.#folder.inspect(target, this.#other) === 'ENOENT';
    if (isMissing) this.#lastLinks.add('hard link', path, target, this.#attributes);
    else this.#makeHardLink(path, target);
  }

  #makeHardLink(path: ByteString, target: ByteString): void {
    const missing = this.#folder.inspect(target, this.#other);
    if (missing === 'ENOENT') throw unsafe(`${quoted(path)} is a hard link to ${quoted(target)}, which is not there`);
    this.#requireStep(missing, target, 'lstat');
    // Another name for what was there before would change it, and later members could be written into it.
    if (!this.#created.has(this.#other)) {
      throw unsafe(`${quoted(path)} is a hard link to ${quoted(target)}, which was there before`);
    }
    const found = this.#folder.inspect(path, this.#facts);
    if (found === undefined && isSame(this.#facts, this.#other)) return;
    this.#place(path, 'hard link', () => this.#folder.makeHardLink(target, path));
  }

  #makeSpecial(path: ByteString, member: Member): void {
    const { type, major, minor } = member;
    if (type !== 'fifo' && type !== 'character device' && type !== 'block device') return;
    if (type !== 'fifo' && !this.#policy.preserve) {
      throw unsupported(`${quoted(path)} is a ${type}, which is made with --preserve only`);
    }
    if (!(major >= 0 && minor >= 0 && major <= MOST_MINOR && minor <= MOST_MINOR)) {
      throw unsupported(`${quoted(path)} is a ${type} with the numbers ${major}:${minor}`);
    }
    if (!this.#folder.makesSpecialFiles) throw unsupported(`${quoted(path)} is a ${type}, which takes the addon`);
    this.#fillAttributes(member);
    this.#leaveOutAttributes(member);
    this.#place(path, type, () => {
      return this.#folder.makeNode(path, SPECIAL_TYPES[type], major, minor, this.#attributes, this.#facts);
    });
    this.#created.add(this.#facts);
  }

  /** Makes what is no folder, where nothing is, or what may be replaced. */
  #place(path: ByteString, type: Member['type'], make: () => string | undefined): void {
    const code = this.#inParents(path, make);
    if (code === 'EEXIST') {
      this.#replace(path, type);
      this.#require(make(), path, type);
    } else {
      this.#require(code, path, type);
    }
  }

  /** Makes something in a folder that may have to be made before. */
  #inParents(path: ByteString, make: () => string | undefined): string | undefined {
    const code = make();
    if (code !== 'ENOENT' && code !== 'ELOOP' && code !== 'ENOTDIR') return code;
    this.#makeParents(path);
    return make();
  }

  #makeParents(path: ByteString): void {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash);
      const code = this.#folder.inspect(parent, this.#facts);
      if (code === undefined && this.#facts.type === TYPE.folder) continue;
      if (code === undefined) this.#replaceOnTheWay(path, parent);
      else if (code !== 'ENOENT') this.#require(code, parent, 'lstat');
      this.#require(this.#folder.makeFolder(parent, IMPLIED_FOLDER, this.#facts), parent, 'mkdir');
      this.#created.add(this.#facts);
    }
  }

  /** Something that is no folder stands where a member needs one. */
  #replaceOnTheWay(path: ByteString, parent: ByteString): void {
    const isLink = this.#facts.type === TYPE.link;
    if (this.#created.has(this.#facts) || !this.#policy.force) {
      throw unsafe(`${quoted(path)} leads through ${quoted(parent)}, which is ${isLink ? 'a link' : 'no folder'}`);
    }
    this.#require(this.#folder.remove(parent), parent, 'unlink');
  }

  /**
   * Removes what is in a member's place. An archive may hold the same file twice, appended later: the second replaces the
   * first, unless one of them is something else.
   */
  #replace(path: ByteString, type: Member['type']): void {
    this.#require(this.#folder.inspect(path, this.#facts), path, 'lstat');
    const there = this.#facts.type;
    if (there === TYPE.folder) {
      if (!this.#created.has(this.#facts)) throw this.#exists(path, 'a folder is there already');
      throw unsafe(`${quoted(path)} is in the archive twice, as a folder and as a ${type}`);
    }
    if (!this.#policy.force) {
      if (!this.#created.has(this.#facts)) throw this.#exists(path, 'something is there already');
      const isLink = there === TYPE.link;
      if (type !== 'hard link' && (type === 'folder' || isLink !== (type === 'symbolic link'))) {
        throw unsafe(`${quoted(path)} is in the archive twice, as ${isLink ? 'a link' : 'no link'} and as a ${type}`);
      }
    }
    this.#require(this.#folder.remove(path), path, 'unlink');
  }

  #exists(path: ByteString, what: string): ArchiveFault {
    return new ArchiveFault({
      what: `${quoted(path)}: ${what}`,
      reason: 'exists',
      next: 'Choose an empty folder, or replace files and links that are there with --force',
    });
  }

  #fillAttributes({ mode, uid, gid, modified, accessed = modified }: Member): void {
    const attributes = this.#attributes;
    const { owners, preserve } = this.#policy;
    const hasOwner = owners && isId(uid) && isId(gid);
    attributes[ATTRIBUTE.mode] = mode & (preserve ? PRESERVED : PERMISSIONS);
    attributes[ATTRIBUTE.uid] = hasOwner ? uid : -1;
    attributes[ATTRIBUTE.gid] = hasOwner ? gid : -1;
    attributes[ATTRIBUTE.accessedSeconds] = accessed.seconds;
    attributes[ATTRIBUTE.accessedNanoseconds] = accessed.nanoseconds;
    attributes[ATTRIBUTE.modifiedSeconds] = modified.seconds;
    attributes[ATTRIBUTE.modifiedNanoseconds] = modified.nanoseconds;
  }

  /**
   * Closes the open node, with attributes. A change of owner takes some extended ones away, and after the mode they could
   * not always be set; an access control list refines the mode.
   */
  #finish(path: ByteString, size: number, extended: readonly ExtendedAttribute[]): void {
    if (extended.length > 0) {
      const attributes = this.#attributes;
      const mode = attributes[ATTRIBUTE.mode] ?? -1;
      attributes[ATTRIBUTE.mode] = -1;
      this.#require(this.#folder.setRights(attributes), path, 'chown');
      attributes[ATTRIBUTE.uid] = -1;
      this.#extend(path, extended, false);
      attributes[ATTRIBUTE.mode] = mode;
      this.#require(this.#folder.setRights(attributes), path, 'chmod');
      attributes[ATTRIBUTE.mode] = -1;
      this.#extend(path, extended, true);
    }
    this.#require(this.#folder.finish(size, this.#attributes), path, 'close');
  }

  #extend(path: ByteString, extended: readonly ExtendedAttribute[], areLists: boolean): void {
    for (const { name, value } of extended) {
      if (name.startsWith(ACCESS_LIST) !== areLists) continue;
      const isAllowed = this.#policy.preserve || areLists || name.startsWith(OF_USER);
      const code = isAllowed ? this.#folder.setAttribute(name, value) : 'with --preserve only';
      if (code !== undefined) this.tally.leftOut(`extended attribute ${toText(name)}: ${code}`, toText(path));
    }
  }

  #leaveOutAttributes({ path, attributes }: Member): void {
    for (const { name } of attributes) {
      this.tally.leftOut(`extended attribute ${toText(name)} of what is no file`, toText(path));
    }
  }

  /** `code` of a call whose path may lead through a link. */
  #requireStep(code: string | undefined, path: ByteString, operation: string): void {
    if (code === 'ELOOP' || code === 'ENOTDIR') throw unsafe(`${quoted(path)} leads through what is no folder`);
    this.#require(code, path, operation);
  }

  #require(code: string | undefined, path: ByteString, operation: string): void {
    if (code !== undefined) throw failed(code, path, operation);
  }
}

function isSame(one: NodeFacts, other: NodeFacts): boolean {
  return one.inode === other.inode && one.device === other.device;
}

function isId(id: number): boolean {
  return id >= 0 && id <= MOST_ID;
}
