import type { FileHandle } from 'node:fs/promises';
import { envelopeKind, MARK_BYTES } from './block-envelope.js';
import { FileWindow } from './file-window.js';
import { ObjectIndex } from './object-index.js';
import {
  badRecord,
  FILEMARK,
  isRecord,
  kindInFile,
  recordInEnvelope,
  recordLength,
  spanOf,
  WORD_BYTES,
} from './tap-format.js';

/** What follows the last object that could be indexed. */
export type Tail =
  /** Nothing, or an end-of-medium word. */
  | 'clean'
  /** The beginning of one object that was not completely written. */
  | 'torn'
  /** Something was recorded there that can't be parsed. */
  | 'damaged';

export interface Scan {
  readonly index: ObjectIndex;
  readonly tail: Tail;
}

/** Reads the structure of an image of `size` bytes; the data of large records is skipped. */
export async function scanImage(file: FileHandle, size: number): Promise<Scan> {
  const scanner = new Scanner(file, size);
  return { tail: await scanner.run(), index: scanner.index };
}

/** From this length on, only the frames of records are read. */
const LARGE_RECORD_BYTES = 0x8000;
/** Bytes read of a large record: its header and the mark of an envelope. */
const HEAD_BYTES = WORD_BYTES + MARK_BYTES;
/** Frames that are read in parallel. */
const BATCH = 64;

class Scanner {
  readonly index = new ObjectIndex();
  readonly #file: FileHandle;
  readonly #size: number;
  readonly #window: FileWindow;
  #offset = 0;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
    this.#window = new FileWindow(file, size);
  }

  async run(): Promise<Tail> {
    let last = FILEMARK;
    while (this.#offset + WORD_BYTES <= this.#size) {
      if (!this.#window.holds(this.#offset)) await this.#window.fill(this.#offset);
      const word = this.#window.word(this.#offset);
      const kind = kindInFile(word);
      if (kind === 'end-of-medium') return 'clean';
      if (kind === 'invalid') return 'damaged';
      if (this.#offset + spanOf(word) > this.#size) return this.#overrun();
      if (isRecord(word) && !(await this.#record(word))) return 'damaged';
      if (kind === 'filemark') this.index.append(word, this.#offset);
      this.#offset += spanOf(word);
      if (word === last && recordLength(word) >= LARGE_RECORD_BYTES) await this.#skipAlike(word);
      last = word;
    }
    return this.#offset === this.#size ? 'clean' : 'torn';
  }

  /** Adds the record at the offset; false if neither it nor what follows it can be parsed. */
  async #record(word: number): Promise<boolean> {
    const trailer = this.#offset + spanOf(word) - WORD_BYTES;
    const good = await this.#wordInIndex(word);
    if (!this.#window.holds(trailer)) await this.#window.fill(trailer, bytesAfter(word));
    const matches = this.#window.word(trailer) === word;
    if (!matches && !(await this.#goesOn(trailer + WORD_BYTES))) return false;
    this.index.append(matches ? good : badRecord(recordLength(word)), this.#offset);
    return true;
  }

  /** For a good record, the index also stores whether its data begins with an envelope. */
  async #wordInIndex(word: number): Promise<number> {
    if (kindInFile(word) !== 'record' || recordLength(word) < MARK_BYTES) return word;
    const data = this.#offset + WORD_BYTES;
    if (!this.#window.holds(data, MARK_BYTES)) await this.#window.fill(this.#offset, HEAD_BYTES);
    return markedWord(word, this.#window.bytes(data, MARK_BYTES));
  }

  /** Adds the records from the offset on that have this word at both ends; reads many frames in parallel. */
  async #skipAlike(word: number): Promise<void> {
    const span = spanOf(word);
    const count = Math.min(BATCH, Math.floor((this.#size - this.#offset) / span));
    const borders = Array.from({ length: count + 1 }, (_, record) => this.#around(this.#offset + record * span));
    const around = await Promise.all(borders);
    for (let record = 0; record < count; record++) {
      const border = around[record];
      if (border?.after !== word || around[record + 1]?.before !== word) return;
      this.index.append(markedWord(word, border.data), this.#offset);
      this.#offset += span;
    }
  }

  /** The trailer that ends at `offset`, and the header and first data that begin there; zeros after the end of file. */
  async #around(offset: number): Promise<Border> {
    const bytes = Buffer.alloc(WORD_BYTES + HEAD_BYTES);
    await this.#file.read(bytes, 0, bytes.length, offset - WORD_BYTES);
    return {
      before: bytes.readUInt32LE(0),
      after: bytes.readUInt32LE(WORD_BYTES),
      data: bytes.subarray(2 * WORD_BYTES),
    };
  }

  /**
   * Whether objects continue at `offset`: then only the trailer of the record before it is damaged. Zero words prove
   * nothing, since data may be full of them; what follows them must be a whole record or the end.
   */
  async #goesOn(offset: number): Promise<boolean> {
    for (let at = offset; at < this.#size; at += WORD_BYTES) {
      if (at + WORD_BYTES > this.#size) return false;
      if (!this.#window.holds(at)) await this.#window.fill(at);
      const word = this.#window.word(at);
      const kind = kindInFile(word);
      if (kind === 'end-of-medium') return true;
      if (kind === 'invalid') return false;
      if (isRecord(word)) return (await this.#around(at + spanOf(word))).before === word;
    }
    return true;
  }

  /**
   * A header claims more than the image holds: either the record was not completely written, or the header is damaged
   * and more was recorded. It is damage if the image ends with a whole record.
   */
  async #overrun(): Promise<Tail> {
    const rest = Buffer.alloc(this.#size - this.#offset);
    await this.#file.read(rest, 0, rest.length, this.#offset);
    let end = rest.length;
    while (end >= WORD_BYTES && rest.readUInt32LE(end - WORD_BYTES) === FILEMARK) end -= WORD_BYTES;
    const word = end < WORD_BYTES ? FILEMARK : rest.readUInt32LE(end - WORD_BYTES);
    const start = end - spanOf(word);
    // At 0 is the header in question.
    const whole = isRecord(word) && (start === 0 || (start > 0 && rest.readUInt32LE(start) === word));
    return whole ? 'damaged' : 'torn';
  }
}

interface Border {
  readonly before: number;
  readonly after: number;
  readonly data: Uint8Array;
}

function markedWord(word: number, data: Uint8Array): number {
  const kind = kindInFile(word) === 'record' ? envelopeKind(data, recordLength(word)) : undefined;
  return kind === undefined ? word : recordInEnvelope(kind, recordLength(word));
}

/** After a large record another is likely: only its trailer and the head of the next are read. */
function bytesAfter(word: number): number | undefined {
  return recordLength(word) >= LARGE_RECORD_BYTES ? WORD_BYTES + HEAD_BYTES : undefined;
}
