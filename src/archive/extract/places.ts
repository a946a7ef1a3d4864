import { ArchiveFault, unsafe } from '../decode/fault.js';
import type { MemberType } from '../decode/member.js';
import { type ByteString, quoted } from '../encode/byte-string.js';
import { requireDone } from './failed.js';
import { CreatedNodes } from './folder/created-nodes.js';
import { NodeFacts, type TargetFolder, TYPE } from './folder/target-folder.js';

/** Mode of a folder that only occurs in the path of a member. */
const IMPLIED_FOLDER = 0o777;

/** Creates a node and fills in its facts; returns undefined, or the name of the errno value. */
type Make = (facts: NodeFacts) => string | undefined;

/** Prepares the places of members: creates parent folders, and removes existing nodes that may be replaced. */
export class Places {
  /** What was made here. */
  readonly created = new CreatedNodes();
  readonly #folder: TargetFolder;
  readonly #force: boolean;
  readonly #facts = new NodeFacts();

  /** `force`: existing nodes may be replaced. */
  constructor(folder: TargetFolder, force: boolean) {
    this.#folder = folder;
    this.#force = force;
  }

  /** Creates a node that is not a folder, if its place is free or may be replaced. Throws ArchiveFault. */
  make(path: ByteString, type: MemberType, make: Make): void {
    this.place(path, type, make);
    this.#note();
  }

  /** Creates a hard link to a node. Throws ArchiveFault. */
  place(path: ByteString, type: MemberType, make: Make): void {
    const code = this.#inParents(path, make);
    if (code === 'EEXIST') {
      this.#replace(path, type);
      requireDone(make(this.#facts), path, type);
    } else {
      requireDone(code, path, type);
    }
  }

  /** Ensures that a folder exists; returns whether it gets the attributes of the archive. Throws ArchiveFault. */
  takeFolder(path: ByteString, mode: number): boolean {
    const make: Make = (facts) => this.#folder.makeFolder(path, mode, facts);
    const code = this.#inParents(path, make);
    if (code === 'EEXIST') {
      requireDone(this.#folder.inspect(path, this.#facts), path, 'lstat');
      if (this.#facts.type === TYPE.folder) return this.#force || this.created.has(this.#facts);
      this.#replace(path, 'folder');
      requireDone(make(this.#facts), path, 'mkdir');
    } else {
      requireDone(code, path, 'mkdir');
    }
    this.#note();
    return true;
  }

  #note(): void {
    this.created.add(this.#facts.device, this.#facts.inode);
  }

  /** Creates a node, and its parent folders if missing. */
  #inParents(path: ByteString, make: Make): string | undefined {
    const code = make(this.#facts);
    if (code !== 'ENOENT' && code !== 'ELOOP' && code !== 'ENOTDIR') return code;
    this.#makeParents(path);
    return make(this.#facts);
  }

  #makeParents(path: ByteString): void {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash);
      const code = this.#folder.inspect(parent, this.#facts);
      if (code === undefined && this.#facts.type === TYPE.folder) continue;
      if (code === undefined) this.#replaceOnTheWay(path, parent);
      else if (code !== 'ENOENT') requireDone(code, parent, 'lstat');
      requireDone(this.#folder.makeFolder(parent, IMPLIED_FOLDER, this.#facts), parent, 'mkdir');
      this.#note();
    }
  }

  /** Handles a node that is not a folder where a member needs one. */
  #replaceOnTheWay(path: ByteString, parent: ByteString): void {
    const isLink = this.#facts.type === TYPE.link;
    if (this.created.has(this.#facts) || !this.#force) {
      throw unsafe(`${quoted(path)} leads through ${quoted(parent)}, which is ${isLink ? 'a link' : 'no folder'}`);
    }
    requireDone(this.#folder.remove(parent), parent, 'unlink');
  }

  /**
   * Removes what is in a member's place. An archive may hold the same file twice, appended later: the second replaces the
   * first, unless one of them is something else.
   */
  #replace(path: ByteString, type: MemberType): void {
    requireDone(this.#folder.inspect(path, this.#facts), path, 'lstat');
    const there = this.#facts.type;
    if (there === TYPE.folder) {
      if (!this.created.has(this.#facts)) throw exists(path, 'a folder is there already');
      throw unsafe(`${quoted(path)} is in the archive twice, as a folder and as a ${type}`);
    }
    if (!this.#force) {
      if (!this.created.has(this.#facts)) throw exists(path, 'something is there already');
      const isLink = there === TYPE.link;
      if (type !== 'hard link' && (type === 'folder' || isLink !== (type === 'symbolic link'))) {
        throw unsafe(`${quoted(path)} is in the archive twice, as ${isLink ? 'a link' : 'no link'} and as a ${type}`);
      }
    }
    requireDone(this.#folder.remove(path), path, 'unlink');
  }
}

function exists(path: ByteString, what: string): ArchiveFault {
  return new ArchiveFault({
    what: `${quoted(path)}: ${what}`,
    reason: 'exists',
    next: 'Choose an empty folder, or replace files and links that are there with --force',
  });
}
