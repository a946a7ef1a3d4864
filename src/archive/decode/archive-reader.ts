import type { ByteString } from '../encode/byte-string.js';
import { BlockReader } from './block-reader.js';
import type { ByteSource } from './byte-source.js';
import { cutOff, damaged, unsupported } from './fault.js';
import { BLOCK, decodeHeader, type Header, isZeroBlock } from './header.js';
import type { Member, MemberType } from './member.js';
import { addOldSparse, IN_EXTENSION, IN_HEADER, oldSparseSize } from './old-sparse.js';
import { decodePax } from './pax.js';
import { Properties } from './properties.js';
import { SparseMap } from './sparse-map.js';

/** Longest extended header, and longest name of GNU tar: far more than any attribute or path of a file system. */
export const LONGEST_EXTENSION = 64 * 2 ** 20;
export const LONGEST_NAME = 2 ** 20;
/** Most bytes of content returned at once. */
const PIECE = 2 ** 20;

const TYPES: Readonly<Record<string, MemberType>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'hard link',
  '2': 'symbolic link',
  '3': 'character device',
  '4': 'block device',
  '5': 'folder',
  '6': 'fifo',
  '7': 'file',
  S: 'file',
};

/** Member types of GNU tar, star and others that are not supported. */
const REFUSED: Readonly<Record<string, string>> = {
  A: 'an access control list of Solaris tar',
  D: 'the folder listing of an incremental dump (GNU tar, type D)',
  E: 'extended attributes of Solaris tar',
  I: 'an inode without content (star, type I)',
  M: 'the rest of a member of the volume before (multi-volume archive, type M)',
  N: 'the table of long names of an old GNU tar (type N)',
};

/** Reads an archive member by member: v7, ustar, pax, GNU tar and star. */
export class ArchiveReader {
  readonly #blocks: BlockReader;
  readonly #properties = new Properties();
  /** Bytes of the current member's content not read yet, and whether padding follows them. */
  #left = 0;
  #stored = 0;
  #ended = false;

  constructor(source: ByteSource) {
    this.#blocks = new BlockReader(source);
  }

  /** Bytes of the archive that were read. */
  get position(): number {
    return this.#blocks.position;
  }

  /** The next member; undefined after the last one. The rest of the previous member's content is skipped. */
  next(): Member | undefined {
    if (this.#ended) return undefined;
    this.#pass();
    this.#properties.begin();
    for (;;) {
      const block = this.#blocks.block();
      if (block === undefined) throw cutOff('the archive has no end');
      if (isZeroBlock(block)) return this.#end();
      const header = decodeHeader(block);
      if (!this.#extension(header)) return this.#member(header, block);
    }
  }

  /**
   * Hands whole members to `take`, which is given the blocks at hand and returns the bytes of the members that it took.
   * The rest of the previous member's content is skipped. Not called where a header alone does not describe a member.
   */
  handOver(take: (blocks: Uint8Array) => number): void {
    if (this.#ended || this.#properties.isGlobal) return;
    this.#pass();
    const blocks = this.#blocks.ahead();
    if (blocks.length >= BLOCK) this.#blocks.pass(take(blocks));
  }

  /** The next piece of the current member's stored content, valid until the next call; undefined at its end. */
  content(): Uint8Array | undefined {
    if (this.#left === 0) return undefined;
    const piece = this.#blocks.piece(Math.min(this.#left, PIECE), this.#stored);
    this.#left -= piece.length;
    return piece;
  }

  /** Whether all of the current member's content was read. */
  get isPassed(): boolean {
    return this.#left === 0;
  }

  /** After the end of the archive: reads the rest of the source; returns whether it is all zeros. */
  drain(): boolean {
    let isEmpty = true;
    for (let block = this.#blocks.block(); block !== undefined; block = this.#blocks.block()) {
      isEmpty &&= isZeroBlock(block);
    }
    return isEmpty;
  }

  #end(): undefined {
    if (this.#properties.isBegun) throw damaged('an extended header is followed by no member');
    const block = this.#blocks.block();
    if (block === undefined) throw cutOff('the archive has half an end');
    if (!isZeroBlock(block)) throw damaged('a block of zeros stands between members');
    this.#ended = true;
    return undefined;
  }

  #pass(): void {
    while (this.content() !== undefined);
    this.#blocks.padding(this.#stored);
    this.#stored = 0;
  }

  /** Processes an extension of the following member; false if the header is a member. */
  #extension(header: Header): boolean {
    const { typeFlag, size } = header;
    switch (typeFlag) {
      case 'x':
      case 'X':
        this.#properties.addLocal(decodePax(this.#body(size, LONGEST_EXTENSION)));
        return true;
      case 'g':
        this.#properties.addGlobal(decodePax(this.#body(size, LONGEST_EXTENSION)));
        return true;
      case 'L':
        this.#properties.longPath = this.#longName(size);
        return true;
      case 'K':
        this.#properties.longTarget = this.#longName(size);
        return true;
      case 'V':
        // A volume label has a name and no content.
        this.#body(size, LONGEST_NAME);
        return true;
      default:
        return false;
    }
  }

  #body(size: number, most: number): Buffer {
    if (size > most) throw damaged(`an extended header of ${size} bytes`);
    const pieces: Buffer[] = [];
    for (let left = size; left > 0; ) {
      const piece = this.#blocks.piece(Math.min(left, PIECE), size);
      pieces.push(Buffer.from(piece));
      left -= piece.length;
    }
    this.#blocks.padding(size);
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
  }

  #longName(size: number): ByteString {
    const body = this.#body(size, LONGEST_NAME);
    const end = body.indexOf(0);
    return body.toString('latin1', 0, end < 0 ? body.length : end);
  }

  #member(header: Header, block: Buffer): Member {
    const properties = this.#properties;
    const path = properties.path(header);
    const type = typeOf(header, path);
    const stored = hasContent(type, properties.isExtended) ? properties.stored(header) : 0;
    this.#stored = stored;
    this.#left = stored;
    const sparse = header.typeFlag === 'S' ? this.#oldSparse(block) : this.#paxSparse(stored);
    const size = sparse?.size ?? stored;
    if (sparse) sparse.map.require(size, this.#left);
    return properties.member(header, {
      path,
      type,
      size: type === 'file' ? size : 0,
      stored: this.#left,
      sparse: sparse?.map,
    });
  }

  #oldSparse(header: Buffer): { map: SparseMap; size: number } {
    const map = new SparseMap();
    const size = oldSparseSize(header);
    let more = addOldSparse(map, header, IN_HEADER);
    while (more) {
      const block = this.#blocks.block();
      if (block === undefined) throw cutOff('the map of a file with holes ends early');
      more = addOldSparse(map, block, IN_EXTENSION);
    }
    return { map, size };
  }

  #paxSparse(stored: number): { map: SparseMap; size: number } | undefined {
    const sparse = this.#properties.sparse();
    if (sparse === undefined) return undefined;
    return { map: sparse.map ?? this.#sparse1(stored), size: sparse.size };
  }

  /** GNU.sparse 1.0: the map precedes the content, as decimal lines padded to whole blocks. */
  #sparse1(stored: number): SparseMap {
    const map = new SparseMap();
    const lines = new DecimalLines(() => this.#mapBlock(stored));
    for (let count = lines.next(); count > 0; count -= 1) {
      const offset = lines.next();
      map.add(offset, lines.next());
    }
    return map;
  }

  #mapBlock(stored: number): Buffer {
    if (this.#left < BLOCK) throw damaged('the map of a file with holes does not end');
    const block = this.#blocks.block();
    if (block === undefined) throw cutOff(`the content of a member has ${stored - this.#left} of its ${stored} bytes`);
    this.#left -= BLOCK;
    return block;
  }
}

const MOST_DIGITS = 16;

class DecimalLines {
  readonly #more: () => Buffer;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(more: () => Buffer) {
    this.#more = more;
  }

  next(): number {
    let value = 0;
    for (let digits = 0; digits <= MOST_DIGITS; digits += 1) {
      if (this.#at === this.#block.length) {
        this.#block = this.#more();
        this.#at = 0;
      }
      const byte = this.#block[this.#at] ?? 0;
      this.#at += 1;
      if (byte === 0x0a && digits > 0) return value;
      if (byte < 0x30 || byte > 0x39) break;
      value = value * 10 + (byte - 0x30);
    }
    throw damaged('the map of a file with holes is malformed');
  }
}

/** Only files have content; a hard link has it only in pax archives, if its size is not zero. */
export function hasContent(type: MemberType, isExtended: boolean): boolean {
  return type === 'file' || (type === 'hard link' && isExtended);
}

export function typeOf({ typeFlag }: Header, path: ByteString): MemberType {
  const type = TYPES[typeFlag];
  if (type === undefined) {
    const flag = typeFlag.charCodeAt(0).toString(16).padStart(2, '0');
    throw unsupported(`the archive holds ${REFUSED[typeFlag] ?? `a member of the unknown type ${flag}h`}`);
  }
  // Before ustar, a folder was a file whose name ends with a slash.
  return type === 'file' && path.endsWith('/') ? 'folder' : type;
}
