import type { KeyObject } from 'node:crypto';
import { requireRecord } from '../arguments/options.js';
import { InvalidArgumentError } from '../errors/index.js';
import { keyFromHex, keyToHex } from './hex-key.js';

/** A key file of stenc: the key in hexadecimal on the first line, a description on the second. */
export interface StencKey {
  readonly key: KeyObject;
  /** Sent to the drive as key-associated data and recorded on tape; undefined if there is none. */
  readonly description: string | undefined;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The key in a file of stenc, or in a file of only 64 hexadecimal digits. As in stenc, further lines are ignored. Windows
 * line ends are accepted, which stenc refuses. Throws InvalidArgumentError, which never repeats content of the file.
 */
export function decodeStencFile(content: Uint8Array): StencKey {
  if (!(content instanceof Uint8Array)) {
    throw new InvalidArgumentError('a key file is bytes', { operation: 'key', next: 'Give a Buffer' });
  }
  const [digits, rest] = firstLine(content);
  const [description] = firstLine(rest);
  return {
    key: keyFromHex(digits),
    description: description.length > 0 ? Buffer.from(description).toString('utf8') : undefined,
  };
}

/** The content of a file for `stenc -k`. Wipe it after use. */
export function encodeStencFile(stenc: StencKey): Buffer {
  requireRecord('a key file', stenc, { operation: 'key' });
  const { key, description } = stenc;
  const digits = keyToHex(key);
  try {
    return Buffer.concat([digits, Buffer.from(`\n${description ?? ''}`)]);
  } finally {
    digits.fill(0);
  }
}

function firstLine(content: Uint8Array): [line: Uint8Array, rest: Uint8Array] {
  const end = content.indexOf(LINE_FEED);
  if (end < 0) return [content, content.subarray(content.length)];
  const line = content.subarray(0, content[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
  return [line, content.subarray(end + 1)];
}
