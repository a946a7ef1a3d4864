/** x^8 + x^4 + x^3 + x^2 + 1, the field polynomial of ECMA-319. */
const FIELD_POLYNOMIAL = 0x11d;
/** Coefficients of the generator x^4 + 38h x^3 + CFh x^2 + 38h x + 1, without the first. */
const COEFFICIENTS = [0x38, 0xcf, 0x38, 0x01] as const;

/** Feedback of the byte that leaves the register at its high end. Made at the first use: most programs have none. */
let table: Uint32Array | undefined;

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    return COEFFICIENTS.reduce((word, coefficient) => (word << 8) | times(coefficient, byte), 0);
  });
}

function times(a: number, b: number): number {
  let product = 0;
  let shifted = a;
  for (let rest = b; rest > 0; rest >>= 1) {
    if (rest & 1) product ^= shifted;
    shifted = shifted & 0x80 ? (shifted << 1) ^ FIELD_POLYNOMIAL : shifted << 1;
  }
  return product;
}

/** The Reed-Solomon CRC of logical block protection (ECMA-319, SSC-5 4.2.29). Unsigned; 4B4F673Ah for "123456789". */
export function reedSolomonCrc(data: Uint8Array): number {
  table ??= makeTable();
  const feedback = table;
  let register = 0;
  for (let at = 0; at < data.length; at += 1) {
    register = (register << 8) ^ (feedback[(register >>> 24) ^ (data[at] as number)] as number);
  }
  return register >>> 0;
}
