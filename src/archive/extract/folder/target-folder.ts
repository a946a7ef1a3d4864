import type { MemberType } from '../../decode/member.js';
import type { ByteString } from '../../encode/byte-string.js';

/** Identity of a node, filled in when it is created or inspected. */
export class NodeFacts {
  /** Device, inode, mode with type, number of links. */
  readonly numbers = new Float64Array(4);

  get device(): number {
    return this.numbers[0] ?? 0;
  }
  get inode(): number {
    return this.numbers[1] ?? 0;
  }
  get type(): number {
    return (this.numbers[2] ?? 0) & TYPE_BITS;
  }
}

/** Attributes of a node in one row of numbers, as the addon takes them. */
export const ATTRIBUTE = {
  mode: 0,
  uid: 1,
  gid: 2,
  accessedSeconds: 3,
  accessedNanoseconds: 4,
  modifiedSeconds: 5,
  modifiedNanoseconds: 6,
} as const;
export const ATTRIBUTE_COUNT = 7;

/** What one call of `makeFiles` has made, filled in by it. */
export class MadeFiles {
  /** Bytes of the members, bytes of their content, number of nodes. */
  readonly numbers = new Float64Array(3);
  /** Device and inode of each node. */
  readonly nodes = new Float64Array(2 * MOST_FILES);

  get bytes(): number {
    return this.numbers[0] ?? 0;
  }
  get content(): number {
    return this.numbers[1] ?? 0;
  }
  /** One more than files if the next member could not get all that it has. */
  get nodeCount(): number {
    return this.numbers[2] ?? 0;
  }
}

/** In a window of the archive there are no more. */
const MOST_FILES = 2048;

const TYPE_BITS = 0o170000;
/** inode(7). */
export const TYPE = { fifo: 0o010000, character: 0o020000, folder: 0o040000, block: 0o060000, link: 0o120000 } as const;

export type SpecialType = Extract<MemberType, 'character device' | 'block device' | 'fifo'>;
export const SPECIAL_TYPES: Readonly<Record<SpecialType, number>> = {
  fifo: TYPE.fifo,
  'character device': TYPE.character,
  'block device': TYPE.block,
};

/** A FIFO or a device. */
export interface SpecialNode {
  /** One of SPECIAL_TYPES. */
  readonly type: number;
  readonly major: number;
  readonly minor: number;
}

/**
 * The folder into which an archive is extracted: paths are resolved below it and no link is followed, the last
 * component included. Existing nodes are never replaced. Calls are synchronous and return undefined, or the name of the
 * errno value.
 */
export interface TargetFolder {
  /** Links must be created last, because paths are checked before use and not atomically. */
  readonly linksLast: boolean;
  /** Devices and FIFOs can be made. */
  readonly makesSpecialFiles: boolean;
  inspect(path: ByteString, facts: NodeFacts): string | undefined;
  createFile(path: ByteString, facts: NodeFacts): string | undefined;
  /** Creates a file with all its content and attributes; the inode in `facts` is 0 if it could not be created. */
  makeFile(path: ByteString, data: Uint8Array, attributes: Float64Array, facts: NodeFacts): string | undefined;
  /**
   * Makes the files that `blocks` of an archive begin with, as far as one call can; returns how many. `permissions` of
   * their modes are set, and owners if `owners` is true. The next member is anything else, or one that fails here.
   */
  makeFiles(blocks: Uint8Array, permissions: number, owners: boolean, made: MadeFiles): number;
  makeFolder(path: ByteString, mode: number, facts: NodeFacts): string | undefined;
  openFolder(path: ByteString): string | undefined;
  write(data: Uint8Array, position: number): string | undefined;
  setAttribute(name: ByteString, value: Uint8Array): string | undefined;
  /** Owner and mode, without times. */
  setRights(attributes: Float64Array): string | undefined;
  finish(size: number, attributes: Float64Array): string | undefined;
  makeSymbolicLink(
    target: ByteString,
    path: ByteString,
    attributes: Float64Array,
    facts: NodeFacts,
  ): string | undefined;
  makeNode(path: ByteString, node: SpecialNode, attributes: Float64Array, facts: NodeFacts): string | undefined;
  makeHardLink(existing: ByteString, path: ByteString): string | undefined;
  remove(path: ByteString): string | undefined;
  close(): void;
}
