import { ProtocolViolation } from '../pdu/pdu.js';

/** The key=value pairs of login and text, in order (RFC 7143 section 6.1). */
export type TextKeys = ReadonlyMap<string, string>;

const KEY = /^[A-Z][A-Za-z0-9.+@_-]{0,62}$/;
const MAX_VALUE = 8192;

/** Throws ProtocolViolation for text that is not a list of pairs, or has a key twice. */
export function decodeText(data: Uint8Array): TextKeys {
  const keys = new Map<string, string>();
  for (const pair of Buffer.from(data).toString('utf8').split('\0')) {
    if (pair === '') continue;
    const separator = pair.indexOf('=');
    const key = pair.slice(0, Math.max(separator, 0));
    const value = pair.slice(separator + 1);
    if (!KEY.test(key) || value.length > MAX_VALUE) throw new ProtocolViolation('a text that is not a key=value pair');
    if (keys.has(key)) throw new ProtocolViolation(`the key ${key} twice in one text`);
    keys.set(key, value);
  }
  return keys;
}

/** A key may appear more than once: the answer to SendTargets has one TargetName for each target. */
export function encodeText(pairs: Iterable<readonly [key: string, value: string]>): Uint8Array {
  return Buffer.from([...pairs].map(([key, value]) => `${key}=${value}\0`).join(''), 'utf8');
}

const MAX_TEXT = 65_536;
const MAX_PARTS = 64;

/** Collects a text that comes in several PDUs. */
export class TextCollector {
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;

  /** Returns the whole text after its last part. Throws ProtocolViolation for a text of too many bytes or parts. */
  add(data: Uint8Array, continues: boolean): TextKeys | undefined {
    this.#parts.push(data);
    this.#bytes += data.length;
    if (this.#bytes > MAX_TEXT) throw new ProtocolViolation(`a text of more than ${MAX_TEXT} bytes`);
    if (this.#parts.length > MAX_PARTS) throw new ProtocolViolation(`a text in more than ${MAX_PARTS} parts`);
    if (continues) return undefined;
    const text = Buffer.concat(this.#parts);
    this.#parts.length = 0;
    this.#bytes = 0;
    return decodeText(text);
  }
}
