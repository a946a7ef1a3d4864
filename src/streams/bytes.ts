import { types } from 'node:util';
import { InvalidArgumentError, type LtoErrorDetails } from '../errors/index.js';

/** Bytes: a string in its encoding, or a view or buffer of memory. */
export type Bytes = string | NodeJS.ArrayBufferView | ArrayBufferLike;

/**
 * The bytes of a chunk, copied only from strings and from shared memory. Throws InvalidArgumentError for anything that
 * is not bytes, such as an object, a number or null, and for text that is invalid in its encoding.
 */
export function requireBytes(chunk: unknown, encoding: BufferEncoding, details?: LtoErrorDetails): Uint8Array {
  if (typeof chunk === 'string') return encoded(chunk, encoding, details);
  if (types.isAnyArrayBuffer(chunk)) return unshared(new Uint8Array(chunk));
  if (types.isUint8Array(chunk)) return unshared(chunk);
  if (ArrayBuffer.isView(chunk)) return unshared(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  throw new InvalidArgumentError(`data must be bytes or text, not ${described(chunk)}`, {
    ...details,
    next: 'Give strings, Buffers, typed arrays or ArrayBuffers; encode objects first',
  });
}

/** Throws InvalidArgumentError for what is no encoding of text. */
export function requireEncoding(encoding: unknown, details?: LtoErrorDetails): void {
  if (typeof encoding === 'string' && Buffer.isEncoding(encoding)) return;
  throw new InvalidArgumentError(`there is no encoding ${JSON.stringify(String(encoding))}`, details);
}

export function isBytes(value: unknown): value is Bytes {
  return typeof value === 'string' || types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value);
}

/** Description of a value for messages, without its content. */
export function described(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const name: unknown = value.constructor?.name;
  return typeof name === 'string' && name !== '' && name !== 'Object' ? `an object of class ${name}` : 'an object';
}

function unshared(bytes: Uint8Array): Uint8Array {
  return types.isSharedArrayBuffer(bytes.buffer) ? bytes.slice() : bytes;
}

/** `Buffer.from` silently stops at the first character that is not a hexadecimal digit. */
function encoded(text: string, encoding: BufferEncoding, details?: LtoErrorDetails): Uint8Array {
  requireEncoding(encoding, details);
  const bytes = Buffer.from(text, encoding);
  if (encoding.toLowerCase() !== 'hex' || bytes.length * 2 === text.length) return bytes;
  throw new InvalidArgumentError('the text is not hexadecimal, two digits a byte', details);
}
