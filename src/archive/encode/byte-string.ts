/**
 * Bytes as a string, each of them a character from U+0000 to U+00FF: names as they stand in an archive, whatever their
 * encoding, to be compared, cut and kept like text.
 */
export type ByteString = string;

export function toBytes(text: ByteString): Buffer {
  return Buffer.from(text, 'latin1');
}

/** As text: UTF-8 where the bytes are, else with the bytes that are not as `\xe9`. */
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
