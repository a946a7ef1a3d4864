/**
 * Bytes as a string, each a character from U+0000 to U+00FF: names as stored in an archive, in any encoding, that can
 * be compared, cut and kept like text.
 */
export type ByteString = string;

export function toBytes(text: ByteString): Buffer {
  return Buffer.from(text, 'latin1');
}

/** As text: valid UTF-8 decoded, other bytes as `\xe9`. */
export function toText(text: ByteString): string {
  if (isAscii(text)) return text;
  const bytes = toBytes(text);
  const decoded = bytes.toString('utf8');
  if (Buffer.from(decoded, 'utf8').equals(bytes)) return decoded;
  return text.replaceAll(/[^\0-\x7f]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}

export function isUtf8(text: ByteString): boolean {
  return isAscii(text) || Buffer.from(toBytes(text).toString('utf8'), 'utf8').equals(toBytes(text));
}

/** In quotes, with control characters made visible: for messages. */
export function quoted(text: ByteString): string {
  return JSON.stringify(toText(text)).replaceAll(/[\x7f-\x9f]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}

const ASCII = /^[\0-\x7f]*$/;

export function isAscii(text: ByteString): boolean {
  return ASCII.test(text);
}
