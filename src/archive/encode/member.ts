import { type ByteString, isAscii, isUtf8 } from './byte-string.js';
import type { FileTime } from './file-time.js';
import { encodePaxRecord, type PaxRecord, paxTime } from './pax.js';
import {
  BLOCK,
  encodeUstar,
  LARGEST_DEVICE,
  LARGEST_ID,
  LARGEST_SIZE,
  LARGEST_TIME,
  LONGEST_LINK,
  LONGEST_NAME,
  newBlocks,
  splitPath,
  TYPE,
  type Type,
  type UstarHeader,
} from './ustar.js';

/** All stored properties of a member. */
export interface Member {
  /** With `/` at the end for a folder. */
  readonly path: ByteString;
  readonly type: Type;
  /** Permissions, setuid, setgid, sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes that follow. */
  readonly size: number;
  readonly modified: FileTime;
  /** Of a symbolic or hard link; else empty. */
  readonly target: ByteString;
  readonly major: number;
  readonly minor: number;
  /** More records for its extended header. */
  readonly records: readonly PaxRecord[];
  /** Name in the header in place of the path, which a record then holds (GNU.sparse). */
  readonly placeholder?: ByteString | undefined;
}

const FIRST_SIZE = 16 * BLOCK;
const SIZES_KEPT = 1000;

/** Makes the header blocks of one member at a time, in memory that is reused. */
export class MemberEncoder {
  #blocks = newBlocks(FIRST_SIZE);
  readonly #extended = new Map<number, Buffer>();

  /** The extended header, if needed, and the header of a member: whole blocks, valid until the next call. */
  encode(member: Member): Buffer {
    const path = member.placeholder ?? member.path;
    const inHeader = isAscii(path) ? splitPath(path) : undefined;
    const body = extendedBody(member, inHeader !== undefined);
    const padded = Math.ceil(body.length / BLOCK) * BLOCK;
    const begin = body === '' ? 0 : BLOCK + padded;
    this.#require(begin + BLOCK);
    if (body !== '') this.#encodeExtended(body, padded);
    const { name, prefix } = inHeader ?? { name: path.slice(0, LONGEST_NAME), prefix: '' };
    encodeUstar(this.#blocks, begin, {
      name,
      prefix,
      type: member.type,
      mode: member.mode,
      uid: Math.min(member.uid, LARGEST_ID),
      gid: Math.min(member.gid, LARGEST_ID),
      size: Math.min(member.size, LARGEST_SIZE),
      mtime: Math.min(Math.max(0, member.modified.seconds), LARGEST_TIME),
      link: member.target.slice(0, LONGEST_LINK),
      major: Math.min(member.major, LARGEST_DEVICE),
      minor: Math.min(member.minor, LARGEST_DEVICE),
    });
    return this.#blocks.bytes.subarray(0, begin + BLOCK);
  }

  #encodeExtended(body: ByteString, padded: number): void {
    const { bytes } = this.#blocks;
    bytes.set(this.#extendedHeader(body.length), 0);
    bytes.write(body, BLOCK, 'latin1');
    bytes.fill(0, BLOCK + body.length, BLOCK + padded);
  }

  /** Extended headers differ only in size, and there are few sizes. */
  #extendedHeader(size: number): Buffer {
    const known = this.#extended.get(size);
    if (known !== undefined) return known;
    const { bytes, words } = newBlocks(BLOCK);
    encodeUstar({ bytes, words }, 0, { ...EXTENDED, size });
    if (this.#extended.size < SIZES_KEPT) this.#extended.set(size, bytes);
    return bytes;
  }

  #require(bytes: number): void {
    if (bytes > this.#blocks.bytes.length) this.#blocks = newBlocks(bytes);
  }
}

/** A program without support for extended headers extracts them as a file of this name. */
const EXTENDED: UstarHeader = {
  name: 'PaxHeaders/member',
  prefix: '',
  type: TYPE.extendedHeader,
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 0,
  mtime: 0,
  link: '',
  major: 0,
  minor: 0,
};

/** Records for values that do not fit the header. */
function extendedBody(member: Member, pathFits: boolean): ByteString {
  const { path, target, size, uid, gid, modified, records, placeholder } = member;
  const extended: PaxRecord[] = [];
  if (!isUtf8(path) || !isUtf8(target)) extended.push(['hdrcharset', 'BINARY']);
  if (!pathFits && placeholder === undefined) extended.push(['path', path]);
  if (target !== '' && (target.length > LONGEST_LINK || !isAscii(target))) extended.push(['linkpath', target]);
  if (size > LARGEST_SIZE) extended.push(['size', String(size)]);
  if (uid > LARGEST_ID) extended.push(['uid', String(uid)]);
  if (gid > LARGEST_ID) extended.push(['gid', String(gid)]);
  if (modified.seconds < 0 || modified.seconds > LARGEST_TIME || modified.nanoseconds !== 0) {
    extended.push(['mtime', paxTime(modified)]);
  }
  let body = '';
  for (const record of extended) body += encodePaxRecord(record);
  for (const record of records) body += encodePaxRecord(record);
  return body;
}
