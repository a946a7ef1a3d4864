import { ENVELOPE_BYTES } from './block-envelope.js';

/**
 * The SIMH magnetic tape image (`.tap`): a sequence of objects; all words are little endian.
 *
 * A data record is `length, data, one pad byte when the length is odd, length`; a filemark is one zero word. The upper
 * four bits of a length word are the class of the record: 0 is a good record, 8 a record that could not be read when
 * the image was made. End of file, or an end-of-medium word, is end of data.
 */

export const WORD_BYTES = 4;
export const FILEMARK = 0;
const ERASE_GAP = 0xfffffffe;
const END_OF_MEDIUM = 0xffffffff;

const CLASS_SHIFT = 28;
const LENGTH_MASK = 0x0fffffff;
const GOOD = 0;
const BAD = 8;
/** Classes that only the index in memory has, for records whose data begins with an envelope. A file has class 0. */
const IN_ENVELOPE = { encrypted: 1, plain: 2 } as const;

/** Largest record of an LTO drive. */
export const MAX_RECORD_BYTES = 0x800000;
/** Largest valid length in an image: the largest record in its envelope. */
const MAX_RECORDED_BYTES = MAX_RECORD_BYTES + ENVELOPE_BYTES;

/** The meaning of the first word of an object. */
export type WordKind =
  | 'filemark'
  | 'record'
  | 'bad-record'
  /** Only in the index: a good record whose data begins with an envelope. */
  | 'encrypted-record'
  | 'wrapped-record'
  | 'erase-gap'
  | 'end-of-medium'
  | 'invalid';

const KIND_OF_CLASS: Readonly<Record<number, WordKind>> = {
  [GOOD]: 'record',
  [BAD]: 'bad-record',
  [IN_ENVELOPE.encrypted]: 'encrypted-record',
  [IN_ENVELOPE.plain]: 'wrapped-record',
};
const RECORDS: ReadonlySet<WordKind> = new Set(Object.values(KIND_OF_CLASS));

export function kindOfWord(word: number): WordKind {
  if (word === FILEMARK) return 'filemark';
  if (word === ERASE_GAP) return 'erase-gap';
  if (word === END_OF_MEDIUM) return 'end-of-medium';
  const length = word & LENGTH_MASK;
  if (length === 0 || length > MAX_RECORDED_BYTES) return 'invalid';
  return KIND_OF_CLASS[word >>> CLASS_SHIFT] ?? 'invalid';
}

/** The meaning of a word in a file, where the classes of the index are invalid. */
export function kindInFile(word: number): WordKind {
  const kind = kindOfWord(word);
  return kind === 'encrypted-record' || kind === 'wrapped-record' ? 'invalid' : kind;
}

export function isRecord(word: number): boolean {
  return RECORDS.has(kindOfWord(word));
}

/** Bytes of data in a record. */
export function recordLength(word: number): number {
  return word & LENGTH_MASK;
}

/** The word of a record whose data cannot be trusted. */
export function badRecord(length: number): number {
  return withClass(BAD, length);
}

/** The word that the index stores for a record whose data begins with an envelope. */
export function recordInEnvelope(kind: keyof typeof IN_ENVELOPE, length: number): number {
  return withClass(IN_ENVELOPE[kind], length);
}

function withClass(recordClass: number, length: number): number {
  return ((recordClass << CLASS_SHIFT) | length) >>> 0;
}

/** Bytes that an object takes in the image. */
export function spanOf(word: number): number {
  const length = recordLength(word);
  return isRecord(word) ? WORD_BYTES + length + (length & 1) + WORD_BYTES : WORD_BYTES;
}

/** The bytes before and after a good record's data. */
export function recordFrame(length: number): { readonly header: Buffer; readonly trailer: Buffer } {
  const header = Buffer.allocUnsafe(WORD_BYTES);
  header.writeUInt32LE(length);
  const trailer = length & 1 ? Buffer.concat([Buffer.alloc(1), header]) : header;
  return { header, trailer };
}
