import type { FileHandle } from 'node:fs/promises';
import { FileWindow } from './file-window.js';
import { ObjectIndex } from './object-index.js';
import { badRecord, FILEMARK, isRecord, kindOfWord, recordLength, spanOf, WORD_BYTES } from './tap-format.js';

/** What lies behind the last object that could be indexed. */
export type Tail =
  /** Nothing, or an end-of-medium word. */
  | 'clean'
  /** The beginning of one object whose writing was cut off. */
  | 'torn'
  /** Something was recorded there that can't be followed any more. */
  | 'damaged';

export interface Scan {
  readonly index: ObjectIndex;
  readonly tail: Tail;
}

/** Reads the structure of an image of `size` bytes; the data of large records is passed over. */
export async function scanImage(file: FileHandle, size: number): Promise<Scan> {
  const scanner = new Scanner(file, size);
  return { tail: await scanner.run(), index: scanner.index };
}

/** From this length on, only the frames of records are read. */
const LARGE_RECORD_BYTES = 0x8000;
/** Frames that are read at the same time. */
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
      const kind = kindOfWord(word);
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

  /** Adds the record at the offset; false when neither it nor what follows it can be made out. */
  async #record(word: number): Promise<boolean> {
    const trailer = this.#offset + spanOf(word) - WORD_BYTES;
    if (!this.#window.holds(trailer)) await this.#window.fill(trailer, bytesAfter(word));
    const matches = this.#window.word(trailer) === word;
    if (!matches && !(await this.#goesOn(trailer + WORD_BYTES))) return false;
    this.index.append(matches ? word : badRecord(recordLength(word)), this.#offset);
    return true;
  }

  /** Adds the records from the offset on that have this word at both ends, by reading many frames at the same time. */
  async #skipAlike(word: number): Promise<void> {
    const span = spanOf(word);
    const count = Math.min(BATCH, Math.floor((this.#size - this.#offset) / span));
    const borders = Array.from({ length: count + 1 }, (_, record) => this.#wordsAround(this.#offset + record * span));
    const words = await Promise.all(borders);
    for (let record = 0; record < count; record++) {
      if (words[record]?.after !== word || words[record + 1]?.before !== word) return;
      this.index.append(word, this.#offset);
      this.#offset += span;
    }
  }

  /** The trailer that ends at `offset` and the header that begins there; zero at the end of the file. */
  async #wordsAround(offset: number): Promise<{ readonly before: number; readonly after: number }> {
    const words = Buffer.alloc(2 * WORD_BYTES);
    await this.#file.read(words, 0, words.length, offset - WORD_BYTES);
    return { before: words.readUInt32LE(0), after: words.readUInt32LE(WORD_BYTES) };
  }

  /**
   * Whether the row of objects goes on at `offset`: then the record before it has lost no more than its trailer. Zero
   * words prove nothing, since data may be full of them; what follows them must be a whole record or the end.
   */
  async #goesOn(offset: number): Promise<boolean> {
    for (let at = offset; at < this.#size; at += WORD_BYTES) {
      if (at + WORD_BYTES > this.#size) return false;
      if (!this.#window.holds(at)) await this.#window.fill(at);
      const word = this.#window.word(at);
      const kind = kindOfWord(word);
      if (kind === 'end-of-medium') return true;
      if (kind === 'invalid') return false;
      if (isRecord(word)) return (await this.#wordsAround(at + spanOf(word))).before === word;
    }
    return true;
  }

  /**
   * A header promises more than the image holds: either the record's writing was cut off, or the header is damaged and
   * more was recorded. The second is so when the image ends with a whole record.
   */
  async #overrun(): Promise<Tail> {
    const rest = Buffer.alloc(this.#size - this.#offset);
    await this.#file.read(rest, 0, rest.length, this.#offset);
    let end = rest.length;
    while (end >= WORD_BYTES && rest.readUInt32LE(end - WORD_BYTES) === FILEMARK) end -= WORD_BYTES;
    const word = end < WORD_BYTES ? FILEMARK : rest.readUInt32LE(end - WORD_BYTES);
    const start = end - spanOf(word);
    // At 0 stands the header that is in question.
    const whole = isRecord(word) && (start === 0 || (start > 0 && rest.readUInt32LE(start) === word));
    return whole ? 'damaged' : 'torn';
  }
}

/** After a large record another is likely: only its trailer and the next header are read. */
function bytesAfter(word: number): number | undefined {
  return recordLength(word) >= LARGE_RECORD_BYTES ? 2 * WORD_BYTES : undefined;
}
