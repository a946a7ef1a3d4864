import type { ByteString } from './byte-string.js';

export const BLOCK = 512;

/** Fields of a header block (POSIX.1-2001, ustar interchange format): where each begins, and its bytes. */
const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  link: [157, 100],
  magic: [257, 8],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const;

/** `ustar`, NUL, version 00. */
const MAGIC = 'ustar\x0000';
const LARGEST_WORD = 2 ** 31 - 1;
const ZERO = 0x30;
const SPACE = 0x20;

/** Values of the field `type`. */
export const TYPE = {
  file: '0',
  hardLink: '1',
  symbolicLink: '2',
  characterDevice: '3',
  blockDevice: '4',
  folder: '5',
  fifo: '6',
  extendedHeader: 'x',
} as const;
export type Type = (typeof TYPE)[keyof typeof TYPE];

/** Fields of a member's header block, each within its range. */
export interface UstarHeader {
  /** Up to 100 bytes, preceded by up to 155 bytes of folders. */
  readonly name: ByteString;
  readonly prefix: ByteString;
  readonly type: Type;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Up to 100 bytes. */
  readonly link: ByteString;
  readonly major: number;
  readonly minor: number;
}

export const LONGEST_NAME = FIELD.name[1];
export const LONGEST_LINK = FIELD.link[1];
const LONGEST_PREFIX = FIELD.prefix[1];
/** Octal digits followed by a NUL. */
export const LARGEST_ID = 8 ** (FIELD.uid[1] - 1) - 1;
export const LARGEST_SIZE = 8 ** (FIELD.size[1] - 1) - 1;
export const LARGEST_TIME = 8 ** (FIELD.mtime[1] - 1) - 1;
export const LARGEST_DEVICE = 8 ** (FIELD.major[1] - 1) - 1;

/** Memory for header blocks, seen as bytes and as words. */
export interface Blocks {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
}

export function newBlocks(bytes: number): Blocks {
  const memory = new ArrayBuffer(Math.ceil(bytes / BLOCK) * BLOCK);
  return { bytes: Buffer.from(memory), words: new Uint32Array(memory) };
}

/** Constant part of every header: magic, no device, spaces in place of the checksum. */
const TEMPLATE = makeTemplate();

/** Writes a header into the block at `at`, overwriting its previous content. */
export function encodeUstar(blocks: Blocks, at: number, header: UstarHeader): void {
  const block = blocks.bytes;
  block.set(TEMPLATE, at);
  putText(block, at, FIELD.name, header.name);
  putOctal(block, at, FIELD.mode, header.mode);
  putOctal(block, at, FIELD.uid, header.uid);
  putOctal(block, at, FIELD.gid, header.gid);
  putOctal(block, at, FIELD.size, header.size);
  putOctal(block, at, FIELD.mtime, header.mtime);
  block[at + FIELD.type[0]] = header.type.charCodeAt(0);
  putText(block, at, FIELD.link, header.link);
  if (header.major !== 0) putOctal(block, at, FIELD.major, header.major);
  if (header.minor !== 0) putOctal(block, at, FIELD.minor, header.minor);
  putText(block, at, FIELD.prefix, header.prefix);
  putChecksum(blocks, at);
}

function makeTemplate(): Buffer {
  const block = Buffer.alloc(BLOCK);
  putText(block, 0, FIELD.magic, MAGIC);
  putOctal(block, 0, FIELD.major, 0);
  putOctal(block, 0, FIELD.minor, 0);
  return block.fill(SPACE, FIELD.checksum[0], FIELD.checksum[0] + FIELD.checksum[1]);
}

function putText(block: Buffer, at: number, [begin, length]: readonly [number, number], text: ByteString): void {
  if (text === '') return;
  block.write(text, at + begin, length, 'latin1');
}

function putOctal(block: Buffer, at: number, [begin, length]: readonly [number, number], value: number): void {
  let left = value;
  let place = at + begin + length - 2;
  for (; left > LARGEST_WORD; place -= 1) {
    const higher = Math.floor(left / 8);
    block[place] = ZERO + (left - higher * 8);
    left = higher;
  }
  for (let word = left; place >= at + begin; place -= 1) {
    block[place] = ZERO + (word & 7);
    word >>>= 3;
  }
}

/** The sum of all bytes, with the checksum itself as spaces: six digits, NUL, space. */
function putChecksum({ bytes, words }: Blocks, at: number): void {
  const [begin, length] = FIELD.checksum;
  // Two bytes of each word at once: a block's sums of either have room in 16 bits.
  let pairs = 0;
  for (let word = at / 4; word < (at + BLOCK) / 4; word += 1) {
    const value = words[word] ?? 0;
    pairs += (value & 0x00ff00ff) + ((value >>> 8) & 0x00ff00ff);
  }
  putOctal(bytes, at, [begin, length - 1], (pairs >>> 16) + (pairs & 0xffff));
  bytes[at + begin + length - 2] = 0;
}

/**
 * Splits a path at a `/` into name and prefix so that both fit; undefined if impossible. Never leaves an empty name.
 */
export function splitPath(path: ByteString): { name: ByteString; prefix: ByteString } | undefined {
  if (path.length <= LONGEST_NAME) return { name: path, prefix: '' };
  if (path.length > LONGEST_NAME + 1 + LONGEST_PREFIX) return undefined;
  // A folder's trailing `/` belongs to its name.
  const cut = path.indexOf('/', path.length - 1 - LONGEST_NAME);
  if (cut < 1 || cut > LONGEST_PREFIX || cut >= path.length - 1) return undefined;
  return { name: path.slice(cut + 1), prefix: path.slice(0, cut) };
}
