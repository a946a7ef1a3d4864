import type { ArchiveReader } from '../decode/archive-reader.js';
import { unsafe, unsupported } from '../decode/fault.js';
import type { ExtendedAttribute, Member } from '../decode/member.js';
import { type ByteString, quoted, toText } from '../encode/byte-string.js';
import { failed, requireDone } from './failed.js';
import { memberPath } from './folder/member-path.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_COUNT,
  MadeFiles,
  NodeFacts,
  SPECIAL_TYPES,
  type TargetFolder,
} from './folder/target-folder.js';
import { FolderAttributes } from './folder-attributes.js';
import { LastLinks } from './last-links.js';
import { Places } from './places.js';
import { Tally } from './summary.js';

export interface ExtractPolicy {
  /** Replace existing files, links and nodes, and set the attributes of existing folders. */
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
/** Mode of a folder until its own attributes are set. */
const FOLDER_BEFORE = 0o700;
const MOST_ID = 0xffff_fffe;
const EMPTY = new Uint8Array(0);
/** Attributes that grant no rights beyond the mode. */
const OF_USER = 'user.';
const ACCESS_LIST = 'system.posix_acl_';
const MOST_MINOR = 0xffff_ffff;

/** Creates the members of an archive in a folder. Nothing existing is changed without `force`. */
export class Extractor {
  readonly tally = new Tally();
  readonly #folder: TargetFolder;
  readonly #policy: ExtractPolicy;
  readonly #places: Places;
  readonly #folders = new FolderAttributes();
  readonly #lastLinks = new LastLinks();
  readonly #facts = new NodeFacts();
  readonly #other = new NodeFacts();
  readonly #attributes = new Float64Array(ATTRIBUTE_COUNT);
  readonly #made = new MadeFiles();

  constructor(folder: TargetFolder, policy: ExtractPolicy) {
    this.#folder = folder;
    this.#policy = policy;
    this.#places = new Places(folder, policy.force);
  }

  /** Makes the files that come next, as far as one call can; returns how many. The next member is for `extract`. */
  extractFiles(reader: ArchiveReader): number {
    const { preserve, owners } = this.#policy;
    const made = this.#made;
    let files = 0;
    reader.handOver((blocks) => {
      files = this.#folder.makeFiles(blocks, preserve ? PRESERVED : PERMISSIONS, owners, made);
      for (let node = 0; node < made.nodeCount; node += 1) {
        this.#places.created.add(made.nodes[2 * node] ?? 0, made.nodes[2 * node + 1] ?? 0);
      }
      this.tally.made('file', files);
      this.tally.wrote(made.content);
      return made.bytes;
    });
    return files;
  }

  /** Throws ArchiveFault, and InvalidArgumentError if something existing would be replaced. */
  extract(member: Member, reader: ArchiveReader): void {
    const path = memberPath(member.path);
    for (const key of member.unused) this.tally.leftOut(key, toText(member.path));
    if (member.type === 'folder') this.#makeFolder(path, member);
    else if (path === '') throw unsafe('a member that is not a folder has the path of the folder itself');
    else if (member.type === 'file') this.#makeFile(path, member, reader);
    else if (member.type === 'hard link') this.#hardLink(path, member);
    else if (member.type === 'symbolic link') this.#symbolicLink(path, member);
    else this.#makeSpecial(path, member);
    this.tally.made(member.type);
  }

  /** Creates the deferred links, and sets the attributes of folders. Throws ArchiveFault. */
  finish(): void {
    for (const { type, path, target } of this.#lastLinks.inOrder(this.#attributes)) {
      if (type === 'symbolic link') this.#makeSymbolicLink(path, target);
      else this.#makeHardLink(path, target);
    }
    for (const { path, extended } of this.#folders.deepestFirst(this.#attributes)) {
      requireDone(this.#folder.openFolder(path), path, 'open');
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
    this.#places.make(path, 'file', (facts) => this.#folder.createFile(path, facts));
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

  /** The usual case: the whole content is available, and one call creates the file. */
  #makeWhole(path: ByteString, member: Member, content: Uint8Array): void {
    this.#fillAttributes(member);
    this.#places.make(path, 'file', (facts) => {
      const code = this.#folder.makeFile(path, content, this.#attributes, facts);
      // The node was created: a later failure is not caused by an existing one.
      if (code !== undefined && facts.inode !== 0) throw failed(code, path, 'write');
      return code;
    });
    this.tally.wrote(content.length);
  }

  /** Rest of a piece of content; a part of a sparse file may end within a piece. */
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
      requireDone(this.#folder.write(taken, at), path, 'write');
      this.tally.wrote(taken.length);
      at += taken.length;
      left -= taken.length;
    }
  }

  #makeFolder(path: ByteString, member: Member): void {
    const { force, isNewFolder } = this.#policy;
    const isTaken = path === '' ? force || isNewFolder : this.#places.takeFolder(path, FOLDER_BEFORE);
    if (!isTaken) return;
    this.#fillAttributes(member);
    this.#folders.add(path, this.#attributes, member.attributes);
  }

  #symbolicLink(path: ByteString, member: Member): void {
    this.#fillAttributes(member);
    this.#leaveOutAttributes(member);
    if (this.#folder.linksLast) this.#lastLinks.add('symbolic link', path, member.target, this.#attributes);
    else this.#makeSymbolicLink(path, member.target);
  }

  #makeSymbolicLink(path: ByteString, target: ByteString): void {
    this.#places.make(path, 'symbolic link', (facts) => {
      return this.#folder.makeSymbolicLink(target, path, this.#attributes, facts);
    });
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
    if (missing === 'ELOOP' || missing === 'ENOTDIR') {
      throw unsafe(`${quoted(target)} leads through something that is not a folder`);
    }
    requireDone(missing, target, 'lstat');
    // A hard link to an existing file would change it, and later members could be written into it.
    if (!this.#places.created.has(this.#other)) {
      throw unsafe(`${quoted(path)} is a hard link to ${quoted(target)}, which was there before`);
    }
    const found = this.#folder.inspect(path, this.#facts);
    if (found === undefined && isSame(this.#facts, this.#other)) return;
    this.#places.place(path, 'hard link', () => this.#folder.makeHardLink(target, path));
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
    const node = { type: SPECIAL_TYPES[type], major, minor };
    this.#places.make(path, type, (facts) => this.#folder.makeNode(path, node, this.#attributes, facts));
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
   * Closes the open node, with attributes. A change of owner removes some extended attributes, and after the mode they
   * could not always be set; an access control list refines the mode.
   */
  #finish(path: ByteString, size: number, extended: readonly ExtendedAttribute[]): void {
    if (extended.length > 0) {
      const attributes = this.#attributes;
      const mode = attributes[ATTRIBUTE.mode] ?? -1;
      attributes[ATTRIBUTE.mode] = -1;
      requireDone(this.#folder.setRights(attributes), path, 'chown');
      attributes[ATTRIBUTE.uid] = -1;
      this.#extend(path, extended, false);
      attributes[ATTRIBUTE.mode] = mode;
      requireDone(this.#folder.setRights(attributes), path, 'chmod');
      attributes[ATTRIBUTE.mode] = -1;
      this.#extend(path, extended, true);
    }
    requireDone(this.#folder.finish(size, this.#attributes), path, 'close');
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
      this.tally.leftOut(`extended attribute ${toText(name)} of something that is not a file`, toText(path));
    }
  }
}

function isSame(one: NodeFacts, other: NodeFacts): boolean {
  return one.inode === other.inode && one.device === other.device;
}

function isId(id: number): boolean {
  return id >= 0 && id <= MOST_ID;
}
