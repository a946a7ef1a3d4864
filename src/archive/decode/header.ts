import type { ByteString } from '../encode/byte-string.js';
import { damaged } from './fault.js';
import { decodeNumber } from './number-field.js';

export const BLOCK = 512;

/** The tar format of a header; the formats differ from byte 257 on. */
export type HeaderFormat = 'v7' | 'ustar' | 'star' | 'gnu';

/** A header block, field by field (POSIX.1 ustar, GNU tar's tar.h, star(5)). */
export interface Header {
  readonly format: HeaderFormat;
  /** A character. */
  readonly typeFlag: string;
  readonly path: ByteString;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly modified: number;
  readonly target: ByteString;
  readonly userName: ByteString;
  readonly groupName: ByteString;
  readonly major: number;
  readonly minor: number;
}

const CHECKSUM = { offset: 148, length: 8 };
const PERMISSIONS = 0o7777;
const ZEROS = Buffer.alloc(BLOCK);

export function isZeroBlock(block: Buffer): boolean {
  return block[0] === 0 && block.equals(ZEROS);
}

/** Throws ArchiveFault for a block that is not a header. */
export function decodeHeader(block: Buffer): Header {
  requireChecksum(block);
  const format = formatOf(block);
  const hasNames = format !== 'v7';
  const typeFlag = String.fromCharCode(block[156] ?? 0);
  const isDevice = typeFlag === '3' || typeFlag === '4';
  return {
    format,
    typeFlag,
    path: pathOf(block, format),
    mode: decodeNumber(block, 100, 8, 'mode') & PERMISSIONS,
    uid: decodeNumber(block, 108, 8, 'user number'),
    gid: decodeNumber(block, 116, 8, 'group number'),
    size: requireSize(decodeNumber(block, 124, 12, 'size')),
    modified: decodeNumber(block, 136, 12, 'time'),
    target: text(block, 157, 100),
    userName: hasNames ? userNames.at(block, 265) : '',
    groupName: hasNames ? groupNames.at(block, 297) : '',
    major: hasNames && isDevice ? decodeNumber(block, 329, 8, 'device number') : 0,
    minor: hasNames && isDevice ? decodeNumber(block, 337, 8, 'device number') : 0,
  };
}

function requireSize(size: number): number {
  if (size < 0) throw damaged('the size of a member is negative');
  return size;
}

/** The sum of all bytes, with the checksum itself as spaces; some old programs summed signed characters. */
function requireChecksum(block: Buffer): void {
  const stored = decodeNumber(block, CHECKSUM.offset, CHECKSUM.length, 'checksum');
  const end = CHECKSUM.offset + CHECKSUM.length;
  const unsigned = sumOf(block) - sumOfEach(block, CHECKSUM.offset, end) + CHECKSUM.length * 0x20;
  if (stored === unsigned) return;
  const negative = countNegative(block, 0, CHECKSUM.offset) + countNegative(block, end, BLOCK);
  if (stored === unsigned - 256 * negative) return;
  throw damaged('no header of a tar archive, or one whose checksum is wrong');
}

function sumOfEach(block: Buffer, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += block[at] ?? 0;
  return sum;
}

function countNegative(block: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += 1) count += (block[at] ?? 0) >> 7;
  return count;
}

const EVEN_BYTES = 0x00ff00ff;

/** The sum of all bytes: four at a time, where the block lies so, in two sums of 16 bits that a block does not fill. */
function sumOf(block: Buffer): number {
  if (block.byteOffset % Int32Array.BYTES_PER_ELEMENT !== 0) return sumOfEach(block, 0, BLOCK);
  let sums = 0;
  for (const word of new Int32Array(block.buffer, block.byteOffset, BLOCK / Int32Array.BYTES_PER_ELEMENT)) {
    sums += (word & EVEN_BYTES) + ((word >>> 8) & EVEN_BYTES);
  }
  return (sums & 0xffff) + (sums >>> 16);
}

const USTAR = Buffer.from('ustar');
const GNU = Buffer.from('ustar  \0');
const STAR = Buffer.from('tar\0');

function formatOf(block: Buffer): HeaderFormat {
  if (holds(block, 257, GNU)) return 'gnu';
  const isStar = holds(block, 508, STAR);
  if (holds(block, 257, USTAR)) return isStar && block[475] === 0 ? 'star' : 'ustar';
  return isStar ? 'star' : 'v7';
}

function holds(block: Buffer, offset: number, bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += 1) if (block[offset + at] !== bytes[at]) return false;
  return true;
}

/** star has times after a shorter prefix; GNU tar has no prefix, but times and more in its place. */
const PREFIX_LENGTHS: Readonly<Record<HeaderFormat, number>> = { v7: 0, ustar: 155, star: 131, gnu: 0 };

function pathOf(block: Buffer, format: HeaderFormat): ByteString {
  const name = text(block, 0, 100);
  const prefix = text(block, 345, PREFIX_LENGTHS[format]);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Up to the first NUL. */
function text(block: Buffer, offset: number, length: number): ByteString {
  let end = offset;
  while (end < offset + length && block[end] !== 0) end += 1;
  return end === offset ? '' : block.toString('latin1', offset, end);
}

/** A 32-byte name that mostly equals the previous header's: its string is reused. */
class RepeatedName {
  readonly #bytes = Buffer.alloc(NAME);
  #text: ByteString = '';

  at(block: Buffer, offset: number): ByteString {
    for (let at = 0; at < NAME; at += 1) {
      const byte = block[offset + at] ?? 0;
      if (byte !== this.#bytes[at]) return this.#take(block, offset);
      if (byte === 0) break;
    }
    return this.#text;
  }

  #take(block: Buffer, offset: number): ByteString {
    this.#bytes.set(block.subarray(offset, offset + NAME));
    this.#text = text(block, offset, NAME);
    return this.#text;
  }
}

const NAME = 32;
const userNames = new RepeatedName();
const groupNames = new RepeatedName();
