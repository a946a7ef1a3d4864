import { hasContent, LONGEST_EXTENSION, LONGEST_NAME, typeOf } from '../decode/archive-reader.js';
import { ArchiveFault } from '../decode/fault.js';
import { BLOCK, decodeHeader, type Header, isZeroBlock } from '../decode/header.js';
import type { MemberType } from '../decode/member.js';
import { addOldSparse, IN_EXTENSION, IN_HEADER, oldSparseSize } from '../decode/old-sparse.js';
import { decodePax } from '../decode/pax.js';
import { Properties } from '../decode/properties.js';
import { SparseMap } from '../decode/sparse-map.js';
import type { ByteString } from '../encode/byte-string.js';

/** A member of an archive that passes, and where it lies in the archive. */
export interface PassingMember {
  readonly path: ByteString;
  readonly type: MemberType;
  /** Bytes of the file, holes included. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly modified: number;
  /** Where its first header begins. */
  readonly offset: number;
  /** Bytes of its headers, content and padding. */
  readonly length: number;
  /** Of a link. */
  readonly target: ByteString;
}

/** `none`: no tar archive. `some`: it ended early, is damaged from some place on, or has members of unknown types. */
export type TapOutcome = 'all' | 'some' | 'none';

/**
 * Finds the members of a tar archive whose bytes pass by in pieces of any size. It looks at headers only, never fails,
 * and stops looking where it finds no header.
 */
export class MemberTap {
  readonly #onMember: (member: PassingMember) => void;
  readonly #properties = new Properties();
  /** Gathers what is needed at once, if it comes in several pieces. */
  #gathered: Buffer[] = [];
  #missing = BLOCK;
  #need = BLOCK;
  /** What the gathered bytes are for. */
  #take: (bytes: Buffer) => void = (block) => this.#header(block);
  /** Bytes of content to pass. */
  #skip = 0;
  /** Bytes of the archive that were passed or taken. */
  #position = 0;
  /** Where the headers of the next member begin. */
  #begin = 0;
  #members = 0;
  #state: 'open' | 'ended' | 'stopped' = 'open';
  #isPartial = false;

  constructor(onMember: (member: PassingMember) => void) {
    this.#onMember = onMember;
  }

  write(chunk: Uint8Array): void {
    let at = 0;
    while (this.#state === 'open' && at < chunk.length) {
      const left = chunk.length - at;
      if (this.#skip > 0) {
        const before = this.#position;
        this.pass(left);
        at += this.#position - before;
        continue;
      }
      const count = Math.min(this.#missing, left);
      const piece = Buffer.from(chunk.buffer, chunk.byteOffset + at, count);
      at += count;
      this.#position += count;
      this.#missing -= count;
      if (this.#missing > 0) this.#gathered.push(Buffer.from(piece));
      else this.#whole(piece);
    }
  }

  /** Bytes of the archive that were passed or taken. */
  get position(): number {
    return this.#position;
  }

  /** Whether it still looks for members. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Bytes of content that come next. */
  get content(): number {
    return this.isOpen ? this.#skip : 0;
  }

  /** As `write`, of bytes of content that need not be read. */
  pass(count: number): void {
    const passed = Math.min(count, this.content);
    this.#skip -= passed;
    this.#position += passed;
    if (this.#skip === 0) this.#begin = this.#position;
  }

  /** After the last piece. */
  get outcome(): TapOutcome {
    if (this.#state === 'ended' && !this.#isPartial) return 'all';
    return this.#members > 0 ? 'some' : 'none';
  }

  #whole(last: Buffer): void {
    const bytes = this.#gathered.length === 0 ? last : Buffer.concat([...this.#gathered, last], this.#need);
    this.#gathered = [];
    try {
      this.#take(bytes);
    } catch (error) {
      if (!(error instanceof ArchiveFault)) throw error;
      this.#state = 'stopped';
    }
  }

  #next(need: number, take: (bytes: Buffer) => void): void {
    this.#need = need;
    this.#missing = need;
    this.#take = take;
  }

  #header(block: Buffer): void {
    if (isZeroBlock(block)) {
      this.#state = 'ended';
      return;
    }
    const header = decodeHeader(block);
    const extension = EXTENSIONS[header.typeFlag];
    if (extension === undefined) this.#member(header, block);
    else if (header.size > extension.longest) this.#state = 'stopped';
    else if (header.size > 0) {
      this.#next(padded(header.size), (body) => {
        extension.add(this.#properties, body.subarray(0, header.size));
        this.#next(BLOCK, (next) => this.#header(next));
      });
    } else this.#next(BLOCK, (next) => this.#header(next));
  }

  #member(header: Header, block: Buffer): void {
    const properties = this.#properties;
    const path = properties.path(header);
    const type = knownType(header, path);
    const stored = type === undefined || hasContent(type, properties.isExtended) ? properties.stored(header) : 0;
    const isOldSparse = header.typeFlag === 'S';
    const size = isOldSparse ? oldSparseSize(block) : (properties.sparse()?.size ?? stored);
    const { modified, target } = properties.member(header, {
      path,
      type: type ?? 'file',
      size,
      stored,
      sparse: undefined,
    });
    const found = { path, size: type === 'file' ? size : 0, modified: modified.seconds, target };
    const finish = () => this.#found(type, found, stored);
    if (isOldSparse && addOldSparse(new SparseMap(), block, IN_HEADER)) this.#passMap(finish);
    else finish();
  }

  /** GNU tar's old map of holes goes on in blocks behind the header. */
  #passMap(finish: () => void): void {
    this.#next(BLOCK, (block) => {
      if (addOldSparse(new SparseMap(), block, IN_EXTENSION)) this.#passMap(finish);
      else finish();
    });
  }

  #found(
    type: MemberType | undefined,
    member: Omit<PassingMember, 'type' | 'offset' | 'length'>,
    stored: number,
  ): void {
    const offset = this.#begin;
    this.#skip = padded(stored);
    if (type === undefined) this.#isPartial = true;
    else {
      this.#members += 1;
      const { path, size, modified, target } = member;
      // Field by field: spreading the object takes longer than all that went before.
      this.#onMember({ path, type, size, modified, offset, length: this.#position + this.#skip - offset, target });
    }
    this.#properties.begin();
    if (this.#skip === 0) this.#begin = this.#position;
    this.#next(BLOCK, (block) => this.#header(block));
  }
}

interface Extension {
  readonly longest: number;
  readonly add: (properties: Properties, body: Buffer) => void;
}

const LOCAL: Extension = {
  longest: LONGEST_EXTENSION,
  add: (properties, body) => properties.addLocal(decodePax(Buffer.from(body))),
};

/** Headers that say something of the next member, by their type flags. */
const EXTENSIONS: Readonly<Record<string, Extension>> = {
  x: LOCAL,
  X: LOCAL,
  g: {
    longest: LONGEST_EXTENSION,
    add: (properties, body) => properties.addGlobal(decodePax(Buffer.from(body))),
  },
  L: {
    longest: LONGEST_NAME,
    add: (properties, body) => {
      properties.longPath = untilNul(body);
    },
  },
  K: {
    longest: LONGEST_NAME,
    add: (properties, body) => {
      properties.longTarget = untilNul(body);
    },
  },
  V: { longest: LONGEST_NAME, add: () => undefined },
};

/** Undefined for a type that is not supported: its content is passed. */
function knownType(header: Header, path: ByteString): MemberType | undefined {
  try {
    return typeOf(header, path);
  } catch (error) {
    if (error instanceof ArchiveFault && error.facts.reason === 'unsupported') return undefined;
    throw error;
  }
}

function untilNul(body: Buffer): ByteString {
  const end = body.indexOf(0);
  return body.toString('latin1', 0, end < 0 ? body.length : end);
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
