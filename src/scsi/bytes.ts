import { MalformedResponseError } from '../errors/index.js';

const BLANKS = /^[\0 ]+|[\0 ]+$/g;

/** The text of a blank- or NUL-padded field, without the padding of either end. Bytes above 7Fh read as Latin-1. */
export function asciiTrim(bytes: Uint8Array): string {
  return latin1(bytes).replace(BLANKS, '');
}

/** The bytes of a text, left-aligned and cut or padded to `length`. */
export function asciiPad(text: string, length: number, padding = 0x20): Uint8Array {
  const bytes = new Uint8Array(length).fill(padding);
  bytes.set(Buffer.from(text, 'latin1').subarray(0, length));
  return bytes;
}

/** Lower-case hex, two digits for each byte. */
export function toHex(bytes: Uint8Array): string {
  return view(bytes).toString('hex');
}

/** `0x0405`: a code with at least `digits` digits, for messages. */
export function hexCode(value: number, digits = 2): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/**
 * Big-endian fields of an answer, by offset. A field that does not lie wholly within the bytes throws
 * MalformedResponseError, which names `what` is being read.
 */
export class ByteReader {
  readonly what: string;
  private readonly buffer: Buffer;

  constructor(bytes: Uint8Array, what: string) {
    this.what = what;
    this.buffer = view(bytes);
  }

  get length(): number {
    return this.buffer.length;
  }

  u8(offset: number): number {
    return this.uint(offset, 1);
  }

  u16(offset: number): number {
    return this.uint(offset, 2);
  }

  u24(offset: number): number {
    return this.uint(offset, 3);
  }

  u32(offset: number): number {
    return this.uint(offset, 4);
  }

  u48(offset: number): number {
    return this.uint(offset, 6);
  }

  u64(offset: number): bigint {
    return this.within(offset, 8).readBigUInt64BE(offset);
  }

  i64(offset: number): bigint {
    return this.within(offset, 8).readBigInt64BE(offset);
  }

  /** Unsigned integer of 1 to 6 bytes. */
  uint(offset: number, width: number): number {
    return this.within(offset, width).readUIntBE(offset, width);
  }

  /** Two's complement integer of 1 to 6 bytes. */
  int(offset: number, width: number): number {
    return this.within(offset, width).readIntBE(offset, width);
  }

  /** Bits `high` to `low` of one byte. */
  bits(offset: number, high: number, low: number): number {
    return (this.u8(offset) >> low) & ((1 << (high - low + 1)) - 1);
  }

  flag(offset: number, bit: number): boolean {
    return this.bits(offset, bit, bit) === 1;
  }

  /** A copy, so that what is kept of an answer does not hold the whole of it. */
  bytes(offset: number, length: number): Uint8Array {
    return Uint8Array.from(this.within(offset, length).subarray(offset, offset + length));
  }

  ascii(offset: number, length: number): string {
    return asciiTrim(this.within(offset, length).subarray(offset, offset + length));
  }

  /** The error of an answer that is other than the standard allows: for the caller to throw. */
  malformed(why: string): MalformedResponseError {
    return new MalformedResponseError(`${this.what}: ${why}`);
  }

  private within(offset: number, length: number): Buffer {
    if (offset < 0 || length < 0 || offset + length > this.buffer.length) {
      const last = offset + length - 1;
      throw this.malformed(`the answer has ${this.buffer.length} bytes, but a field goes up to byte ${last}`);
    }
    return this.buffer;
  }
}

/** The same memory as a Buffer. */
export function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function latin1(bytes: Uint8Array): string {
  return view(bytes).toString('latin1');
}
