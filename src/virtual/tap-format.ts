/**
 * The SIMH magnetic tape image (`.tap`): a row of objects, every word little endian.
 *
 * A data record is `length, data, one pad byte when the length is odd, length`; a filemark is one zero word. The upper
 * four bits of a length word are the record's class: 0 is a good record, 8 one that could not be read when the image
 * was made. End of file, or an end-of-medium word, is end of data.
 */

export const WORD_BYTES = 4;
export const FILEMARK = 0;
const ERASE_GAP = 0xfffffffe;
const END_OF_MEDIUM = 0xffffffff;

const CLASS_SHIFT = 28;
const LENGTH_MASK = 0x0fffffff;
const GOOD = 0;
const BAD = 8;

/** Largest record of an LTO drive, and the largest length that an image is believed to hold. */
export const MAX_RECORD_BYTES = 0x800000;

/** What a word at the beginning of an object says. */
export type WordKind = 'filemark' | 'record' | 'bad-record' | 'erase-gap' | 'end-of-medium' | 'invalid';

export function kindOfWord(word: number): WordKind {
  if (word === FILEMARK) return 'filemark';
  if (word === ERASE_GAP) return 'erase-gap';
  if (word === END_OF_MEDIUM) return 'end-of-medium';
  const length = word & LENGTH_MASK;
  if (length === 0 || length > MAX_RECORD_BYTES) return 'invalid';
  const recordClass = word >>> CLASS_SHIFT;
  if (recordClass === GOOD) return 'record';
  return recordClass === BAD ? 'bad-record' : 'invalid';
}

export function isRecord(word: number): boolean {
  const kind = kindOfWord(word);
  return kind === 'record' || kind === 'bad-record';
}

/** Bytes of data in a record. */
export function recordLength(word: number): number {
  return word & LENGTH_MASK;
}

/** The word of a record whose data cannot be trusted. */
export function badRecord(length: number): number {
  return ((BAD << CLASS_SHIFT) | length) >>> 0;
}

/** Bytes that an object takes in the image. */
export function spanOf(word: number): number {
  const length = recordLength(word);
  return isRecord(word) ? WORD_BYTES + length + (length & 1) + WORD_BYTES : WORD_BYTES;
}

/** The bytes before and after a good record's data. */
export function recordFrame(length: number): { readonly header: Buffer; readonly trailer: Buffer } {
  const header = Buffer.alloc(WORD_BYTES);
  header.writeUInt32LE(length);
  const trailer = length & 1 ? Buffer.concat([Buffer.alloc(1), header]) : header;
  return { header, trailer };
}
