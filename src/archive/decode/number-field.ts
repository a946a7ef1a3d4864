import { damaged } from './fault.js';

const SIGN = 0x40;
const BASE_256 = 0x80;

/**
 * A number of a header: octal digits (POSIX.1 ustar), or, if the first bit is set, base 256 in two's complement (GNU
 * tar, star). Throws ArchiveFault for an invalid number, or one that is not a safe integer.
 */
export function decodeNumber(block: Buffer, offset: number, length: number, name: string): number {
  const first = block[offset] ?? 0;
  return first & BASE_256 ? decodeBase256(block, offset, length, name) : decodeOctal(block, offset, length, name);
}

function decodeOctal(block: Buffer, offset: number, length: number, name: string): number {
  let at = offset;
  const end = offset + length;
  while (at < end && (block[at] === 0x20 || block[at] === 0)) at += 1;
  let value = 0;
  for (; at < end; at += 1) {
    const byte = block[at] ?? 0;
    if (byte === 0x20 || byte === 0) break;
    if (byte < 0x30 || byte > 0x37) throw damaged(`the ${name} of a header is not a number`);
    value = value * 8 + (byte - 0x30);
  }
  return exact(value, name);
}

function decodeBase256(block: Buffer, offset: number, length: number, name: string): number {
  const first = (block[offset] ?? 0) & ~BASE_256;
  const isNegative = (first & SIGN) !== 0;
  let value = isNegative ? first - BASE_256 : first;
  for (let at = offset + 1; at < offset + length; at += 1) value = value * 256 + (block[at] ?? 0);
  return exact(value, name);
}

function exact(value: number, name: string): number {
  if (Number.isSafeInteger(value)) return value;
  throw damaged(`the ${name} of a header is larger than any that is possible`);
}
