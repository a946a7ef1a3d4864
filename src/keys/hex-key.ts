import type { KeyObject } from 'node:crypto';
import { InvalidArgumentError } from '../errors/index.js';
import { KEY_LENGTH, keyFromBytes, withKeyBytes } from './data-key.js';

// Digits are read from bytes and written to bytes, because a string cannot be wiped.

const DIGITS = Buffer.from('0123456789abcdef', 'latin1');

/** The key of 64 hexadecimal digits in ASCII. Throws InvalidArgumentError, which does not repeat the digits. */
export function keyFromHex(digits: Uint8Array): KeyObject {
  const values = Uint8Array.from(digits, digitValue);
  const key = Buffer.alloc(KEY_LENGTH);
  try {
    if (digits.length !== 2 * KEY_LENGTH || values.includes(NO_DIGIT)) {
      throw new InvalidArgumentError('a key is written as 64 hexadecimal digits, without blanks or 0x; this is not', {
        operation: 'key',
      });
    }
    for (let at = 0; at < KEY_LENGTH; at++) key[at] = (values[2 * at] ?? 0) * 16 + (values[2 * at + 1] ?? 0);
    return keyFromBytes(key);
  } finally {
    values.fill(0);
    key.fill(0);
  }
}

/** 64 hexadecimal digits in ASCII. Wipe them after use. */
export function keyToHex(key: KeyObject): Buffer {
  const digits = Buffer.alloc(2 * KEY_LENGTH);
  withKeyBytes(key, (bytes) => {
    for (const [at, byte] of bytes.entries()) {
      digits[2 * at] = DIGITS[byte >> 4] ?? 0;
      digits[2 * at + 1] = DIGITS[byte & 15] ?? 0;
    }
  });
  return digits;
}

const NO_DIGIT = 0xff;

function digitValue(ascii: number): number {
  const lower = ascii >= 0x41 && ascii <= 0x46 ? ascii + 0x20 : ascii;
  const value = DIGITS.indexOf(lower);
  return value < 0 ? NO_DIGIT : value;
}
