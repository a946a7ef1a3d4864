import type { ByteString } from '../encode/byte-string.js';
import type { FileTime } from '../encode/file-time.js';
import { aclAttribute, isAclKey } from './acl-text.js';
import { damaged, unsupported } from './fault.js';
import type { Header } from './header.js';
import type { ExtendedAttribute, Member } from './member.js';
import { type PaxRecord, paxInteger, paxTime } from './pax.js';
import { SparseMap } from './sparse-map.js';

const SCHILY_ATTRIBUTE = 'SCHILY.xattr.';
const LIBARCHIVE_ATTRIBUTE = 'LIBARCHIVE.xattr.';
const CHARSETS = ['BINARY', 'ISO-IR 10646 2000 UTF-8'];

/** Keys that describe the archive or its origin, and no restorable property of a member. */
const NOTES =
  /^(comment|charset|hdrcharset|ctime|SCHILY\.(dev|ino|nlink|filetype|release|archtype|volno|volhdr)|LIBARCHIVE\.(creationtime|symlinktype)|GNU\.sparse\..*)$/;
/** Unsupported keys without which a member cannot be restored correctly. */
const REFUSED: readonly [RegExp, string][] = [
  [/^GNU\.volume\./, 'the rest of a member of the volume before (multi-volume archive)'],
  [/^GNU\.dumpdir$/, 'the folder listing of an incremental dump'],
  [/^SCHILY\.(realsize|offset)$/, 'a file with holes, or a part of one, as star stores it'],
];
const USED = /^(path|linkpath|size|uid|gid|uname|gname|mtime|atime|SCHILY\.dev(major|minor))$/;

/** Properties of a member that are known before. */
type MemberContent = Pick<Member, 'path' | 'type' | 'size' | 'stored' | 'sparse'>;

/** Properties of the next member from extended headers: its own, and global ones for all later members. */
export class Properties {
  readonly #global = new Map<string, PaxRecord>();
  #local: PaxRecord[] = [];
  #values = new Map<string, PaxRecord>();
  longPath: ByteString | undefined;
  longTarget: ByteString | undefined;

  /** For the next member. */
  begin(): void {
    if (!this.isBegun) return;
    this.#local = [];
    this.#values = new Map(this.#global);
    this.longPath = undefined;
    this.longTarget = undefined;
  }

  /** Whether there are properties of the next member alone. */
  get isBegun(): boolean {
    return this.#local.length > 0 || this.longPath !== undefined || this.longTarget !== undefined;
  }

  /** Whether there are properties of all later members. */
  get isGlobal(): boolean {
    return this.#global.size > 0;
  }

  /** Whether there was any pax header, which makes it a pax archive. */
  get isExtended(): boolean {
    return this.#values.size > 0;
  }

  addGlobal(records: readonly PaxRecord[]): void {
    for (const record of records) {
      requireUsable(record);
      this.#global.set(record.key, record);
      this.#values.set(record.key, record);
    }
  }

  addLocal(records: readonly PaxRecord[]): void {
    for (const record of records) {
      requireUsable(record);
      this.#local.push(record);
      this.#values.set(record.key, record);
    }
  }

  path(header: Header): ByteString {
    const path = this.#text('GNU.sparse.name') ?? this.#text('path') ?? this.longPath ?? header.path;
    if (path === '') throw damaged('a member has no name');
    return path;
  }

  /** Bytes of the member's content in the archive. */
  stored(header: Header): number {
    const size = this.#integer('size') ?? header.size;
    if (size < 0) throw damaged('the size of a member is negative');
    return size;
  }

  /** Size and map of a file with holes in GNU tar's pax archives; no map if it is in the content (format 1.0). */
  sparse(): { readonly size: number; readonly map: SparseMap | undefined } | undefined {
    const major = this.#integer('GNU.sparse.major');
    const size = this.#integer('GNU.sparse.realsize') ?? this.#integer('GNU.sparse.size');
    if (major === undefined && size === undefined) return undefined;
    const minor = this.#integer('GNU.sparse.minor') ?? 0;
    if (size === undefined || size < 0) throw damaged('a file with holes has no size');
    if (major === undefined || (major === 0 && minor <= 1)) return { size, map: this.#mapOfRecords() };
    if (major === 1 && minor === 0) return { size, map: undefined };
    throw unsupported(`the archive holds a file with holes in GNU tar's format ${major}.${minor}`);
  }

  /** The member, from its header and these properties. */
  member(header: Header, { path, type, size, stored, sparse }: MemberContent): Member {
    const isLink = header.typeFlag === '1' || header.typeFlag === '2';
    return {
      path,
      type,
      size,
      stored,
      sparse,
      mode: header.mode,
      uid: this.#integer('uid') ?? header.uid,
      gid: this.#integer('gid') ?? header.gid,
      userName: this.#text('uname') ?? header.userName,
      groupName: this.#text('gname') ?? header.groupName,
      modified: this.#time('mtime') ?? { seconds: header.modified, nanoseconds: 0 },
      accessed: this.#time('atime'),
      target: isLink ? this.#target(header) : '',
      major: this.#integer('SCHILY.devmajor') ?? header.major,
      minor: this.#integer('SCHILY.devminor') ?? header.minor,
      attributes: this.#attributes(),
      unused: this.#unused(),
    };
  }

  #target(header: Header): ByteString {
    const target = this.#text('linkpath') ?? this.longTarget ?? header.target;
    if (target === '') throw damaged('a link leads nowhere');
    return target;
  }

  #mapOfRecords(): SparseMap {
    const map = new SparseMap();
    const text = this.#text('GNU.sparse.map');
    const numbers = text === undefined ? this.#mapNumbers() : text.split(',').map(requireDecimal);
    if (numbers.length % 2 !== 0) throw damaged('the map of a file with holes is malformed');
    for (let at = 0; at < numbers.length; at += 2) map.add(numbers[at] ?? 0, numbers[at + 1] ?? 0);
    return map;
  }

  /** Format 0.0: the same two keys repeatedly, in order. */
  #mapNumbers(): number[] {
    const keys = ['GNU.sparse.offset', 'GNU.sparse.numbytes'];
    const records = this.#local.filter(({ key }) => keys.includes(key));
    if (records.some(({ key }, index) => key !== keys[index % 2])) {
      throw damaged('the map of a file with holes is malformed');
    }
    return records.map(paxInteger);
  }

  #attributes(): ExtendedAttribute[] {
    if (this.#values.size === 0) return NONE;
    const records = [...this.#values.values()];
    // bsdtar stores them twice; in its own form, names are exact with any content.
    const own = records.filter(({ key }) => key.startsWith(LIBARCHIVE_ATTRIBUTE));
    const plain = own.length > 0 ? [] : records.filter(({ key }) => key.startsWith(SCHILY_ATTRIBUTE));
    const lists = records.filter(({ key }) => isAclKey(key)).map(aclAttribute);
    const attributes = [...own.map(libarchiveAttribute), ...plain.map(schilyAttribute)];
    const known = new Set(attributes.map(({ name }) => name));
    return [
      ...attributes,
      ...lists.filter((list) => list !== undefined && list !== 'nothing').filter(({ name }) => !known.has(name)),
    ];
  }

  #unused(): string[] {
    if (this.#values.size === 0) return NONE;
    return [...this.#values.values()].filter((record) => !isUsed(record)).map(({ key }) => key);
  }

  #text(key: string): ByteString | undefined {
    const record = this.#record(key);
    if (record === undefined) return undefined;
    if (record.value.includes(0)) throw damaged(`${key} of an extended header holds a NUL`);
    return record.value.toString('latin1');
  }

  #integer(key: string): number | undefined {
    const record = this.#record(key);
    return record && paxInteger(record);
  }

  #time(key: string): FileTime | undefined {
    const record = this.#record(key);
    return record && paxTime(record);
  }

  /** An empty value removes an earlier one. */
  #record(key: string): PaxRecord | undefined {
    const record = this.#values.get(key);
    return record === undefined || record.value.length === 0 ? undefined : record;
  }
}

const NONE: never[] = [];

function isUsed(record: PaxRecord): boolean {
  const { key } = record;
  if (USED.test(key) || NOTES.test(key) || key.startsWith(SCHILY_ATTRIBUTE) || key.startsWith(LIBARCHIVE_ATTRIBUTE)) {
    return true;
  }
  return isAclKey(key) && aclAttribute(record) !== undefined;
}

function requireUsable({ key, value }: PaxRecord): void {
  const [, what] = REFUSED.find(([pattern]) => pattern.test(key)) ?? [];
  if (what !== undefined) throw unsupported(`the archive holds ${what} (${JSON.stringify(key)})`);
  if (key === 'hdrcharset' && value.length > 0 && !CHARSETS.includes(value.toString('latin1'))) {
    throw unsupported(`the archive has names in the character set ${JSON.stringify(value.toString('latin1'))}`);
  }
}

function requireDecimal(text: string): number {
  if (/^\d{1,16}$/.test(text)) return Number(text);
  throw damaged('the map of a file with holes is malformed');
}

/** star's form; GNU tar writes `=` and `%` in a name, which a key cannot contain, as %3D and %25. */
function schilyAttribute({ key, value }: PaxRecord): ExtendedAttribute {
  const name = key.slice(SCHILY_ATTRIBUTE.length).replaceAll(/%(3D|25)/g, hexCharacter);
  return named(name, value);
}

/** bsdtar's form: base 64, and any byte of the name as %XX. */
function libarchiveAttribute({ key, value }: PaxRecord): ExtendedAttribute {
  const name = key.slice(LIBARCHIVE_ATTRIBUTE.length).replaceAll(/%([0-9a-f]{2})/gi, hexCharacter);
  return named(name, Buffer.from(value.toString('latin1'), 'base64'));
}

function hexCharacter(_: string, digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 16));
}

function named(name: ByteString, value: Buffer): ExtendedAttribute {
  if (name === '' || name.includes('\0')) throw damaged('an extended attribute has a name that is not possible');
  return { name, value };
}
