import { MalformedResponseError } from '../../errors/index.js';

const BLANKS = /^[\0 ]+|[\0 ]+$/g;

/** Text of a blank- or NUL-padded field, without the padding at both ends. Bytes above 7Fh read as Latin-1. */
export function asciiTrim(bytes: Uint8Array): string {
  return latin1(bytes).replace(BLANKS, '');
}

/** Bytes of a text, left-aligned and truncated or padded to `length`. */
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

/** Uninterpreted bytes of a device: lower-case hex in JSON. */
export type OpaqueBytes = Uint8Array & { toJSON(): string };

/** A copy, so that a part does not keep the whole data in memory. */
export function opaqueBytes(bytes: Uint8Array): OpaqueBytes {
  return opaque(Uint8Array.from(bytes));
}

/** The same memory. */
export function opaqueView(bytes: Uint8Array): OpaqueBytes {
  return opaque(bytes.subarray());
}

/** A property, not a class: the bytes stay equal to those of any Uint8Array, for `assert` and the like. */
function opaque(bytes: Uint8Array): OpaqueBytes {
  return Object.defineProperty(bytes, 'toJSON', AS_HEX) as OpaqueBytes;
}

const AS_HEX: PropertyDescriptor = {
  value(this: Uint8Array): string {
    return toHex(this);
  },
};

const HEX = /^(?:[0-9a-f]{2})*$/;

/** Bytes from lower-case hex; undefined for other text. */
export function bytesOfHex(text: string): OpaqueBytes | undefined {
  return HEX.test(text) ? opaqueBytes(Buffer.from(text, 'hex')) : undefined;
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
 * Reads big-endian fields by offset. Throws MalformedResponseError, naming `what`, for a field that extends beyond the
 * bytes.
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

  /** Throws MalformedResponseError for a number that is not a safe integer: no drive counts that far. */
  u64(offset: number): number {
    return this.safe(this.within(offset, 8).readBigUInt64BE(offset));
  }

  /** Two's complement. Throws as `u64`. */
  i64(offset: number): number {
    return this.safe(this.within(offset, 8).readBigInt64BE(offset));
  }

  /** Two's complement, clamped to the nearest safe integer. */
  clampedI64(offset: number): number {
    const value = Number(this.within(offset, 8).readBigInt64BE(offset));
    return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
  }

  /** As `clampedI64`, unsigned. */
  clampedU64(offset: number): number {
    return Math.min(Number.MAX_SAFE_INTEGER, Number(this.within(offset, 8).readBigUInt64BE(offset)));
  }

  /** Unsigned integer of 1 to 6 bytes. */
  uint(offset: number, width: number): number {
    return this.within(offset, width).readUIntBE(offset, width);
  }

  /** Two's complement integer of 1 to 6 bytes. */
  int(offset: number, width: number): number {
    return this.within(offset, width).readIntBE(offset, width);
  }

  /**
   * Unsigned integer of 1 to 8 bytes; undefined for a mark of "unknown". Throws MalformedResponseError for one that is
   * not a safe integer.
   */
  count(offset: number, width: number): number | undefined {
    const bytes = this.within(offset, width).subarray(offset, offset + width);
    if (isUnknownMark(bytes)) return undefined;
    return this.safe(bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n));
  }

  /** Bits `high` to `low` of one byte. */
  bits(offset: number, high: number, low: number): number {
    return (this.u8(offset) >> low) & ((1 << (high - low + 1)) - 1);
  }

  flag(offset: number, bit: number): boolean {
    return this.bits(offset, bit, bit) === 1;
  }

  /** A copy. */
  bytes(offset: number, length: number): OpaqueBytes {
    return opaqueBytes(this.within(offset, length).subarray(offset, offset + length));
  }

  ascii(offset: number, length: number): string {
    return asciiTrim(this.within(offset, length).subarray(offset, offset + length));
  }

  /** Makes the error for data that violates the standard, for the caller to throw. */
  malformed(why: string): MalformedResponseError {
    return new MalformedResponseError(`${this.what}: ${why}`);
  }

  private safe(value: bigint): number {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw this.malformed(`${value} is more than anything counts to`);
  }

  private within(offset: number, length: number): Buffer {
    if (offset < 0 || length < 0 || offset + length > this.buffer.length) {
      const last = offset + length - 1;
      throw this.malformed(`the answer has ${this.buffer.length} bytes, but a field goes up to byte ${last}`);
    }
    return this.buffer;
  }
}

/**
 * Whether all bits are ones, or all but the last: the two marks for "unknown" of every counter that a drive keeps, in
 * any length (SSC-5, log pages and medium auxiliary memory).
 */
export function isUnknownMark(bytes: Uint8Array): boolean {
  const last = bytes.length - 1;
  return last >= 0 && bytes.every((byte, index) => byte === 0xff || (index === last && byte === 0xfe));
}

/** The same memory as a Buffer. */
export function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function latin1(bytes: Uint8Array): string {
  return view(bytes).toString('latin1');
}
