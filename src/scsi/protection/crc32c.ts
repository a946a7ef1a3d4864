/** The Castagnoli polynomial 1EDC6F41h, bit-reversed. CRC-32 of zip and zlib uses another one. */
const POLYNOMIAL = 0x82f63b78;
/** x^0: the highest bit is the lowest power. */
const ONE = 0x8000_0000;
/** Bytes processed in one step. */
const STRIDE = 4;

/** tables[k][b]: effect of byte b on the register k bytes later. Made at the first use: most programs have none. */
let tables: Tables | undefined;

function makeTables(): Tables {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = timesX(rest);
    return rest;
  });
  const later = (before: Uint32Array) => before.map((value) => (value >>> 8) ^ entry(first, value));
  const second = later(first);
  const third = later(second);
  return [first, second, third, later(third)];
}

/** Multiplication by x, modulo the polynomial. */
function timesX(value: number): number {
  return (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0);
}

type Tables = readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array];

/**
 * CRC32C (RFC 7143 section 13.1, SSC-5 4.2.29) of `data`, continued from the value `before` of the preceding data (0
 * for none). Unsigned; E3069283h for "123456789".
 */
export function crc32c(data: Uint8Array, before = 0): number {
  tables ??= makeTables();
  const [t0, t1, t2, t3] = tables;
  const words = Math.floor(data.length / STRIDE) * STRIDE;
  let crc = ~before;
  for (let at = 0; at < words; at += STRIDE) {
    crc ^= byteAt(data, at) | (byteAt(data, at + 1) << 8) | (byteAt(data, at + 2) << 16) | (byteAt(data, at + 3) << 24);
    crc = entry(t3, crc) ^ entry(t2, crc >>> 8) ^ entry(t1, crc >>> 16) ^ entry(t0, crc >>> 24);
  }
  for (let at = words; at < data.length; at += 1) crc = (crc >>> 8) ^ entry(t0, crc ^ byteAt(data, at));
  return ~crc >>> 0;
}

function byteAt(data: Uint8Array, index: number): number {
  return data[index] as number;
}

function entry(table: Uint32Array, value: number): number {
  return table[value & 0xff] as number;
}

/** CRC32C of two consecutive runs of bytes, from the value of each and the length of the second. */
export function combineCrc32c(first: number, second: number, secondLength: number): number {
  return (times(first, powerOfX(8 * secondLength)) ^ second) >>> 0;
}

/** x^n modulo the polynomial. */
function powerOfX(n: number): number {
  let power = ONE;
  let square = ONE >>> 1;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = times(power, square);
    square = times(square, square);
  }
  return power;
}

/** A product modulo the polynomial. */
function times(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= shifted;
    shifted = timesX(shifted);
  }
  return product >>> 0;
}
