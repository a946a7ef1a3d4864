import { open } from 'node:fs/promises';
import { envelopeKind } from './block-envelope.js';
import { DiscardingStore, FileStore, type ImageStore } from './image-store.js';
import type { ObjectIndex } from './object-index.js';
import {
  FILEMARK,
  isRecord,
  kindOfWord,
  recordFrame,
  recordInEnvelope,
  recordLength,
  WORD_BYTES,
} from './tap-format.js';
import { scanImage, type Tail } from './tap-scan.js';

/** The logical object at a position. */
export type TapeObject =
  | { readonly kind: 'record' | 'bad-record'; readonly length: number }
  /** `length` includes the envelope. */
  | { readonly kind: 'encrypted-record' | 'wrapped-record'; readonly length: number }
  | { readonly kind: 'filemark' }
  /** Nothing was recorded here. */
  | { readonly kind: 'end-of-data' }
  /** Something was recorded here, but the image is damaged from here on. */
  | { readonly kind: 'damage' };

/** One partition of a cartridge: an image and its index. Positions are logical object numbers. */
export class TapImage {
  readonly #store: ImageStore;
  readonly #index: ObjectIndex;
  #damaged: boolean;
  /** Bytes of the file; more than the index's end after an end-of-medium word or damage. */
  #size: number;

  private constructor(store: ImageStore, index: ObjectIndex, tail: Tail, size: number) {
    this.#store = store;
    this.#index = index;
    this.#damaged = tail === 'damaged';
    this.#size = size;
  }

  /** Opens an image and reads its structure. A last record that is incomplete is removed; damage is left as it is. */
  static async open(path: string, { readOnly = false } = {}): Promise<TapImage> {
    const file = await open(path, readOnly ? 'r' : 'r+');
    try {
      const { size } = await file.stat();
      const { index, tail } = await scanImage(file, size);
      if (tail !== 'torn' || readOnly) return new TapImage(new FileStore(file, path), index, tail, size);
      await file.truncate(index.end);
      return new TapImage(new FileStore(file, path), index, 'clean', index.end);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Opens an image that keeps record lengths and filemarks, but no data. A missing file is an empty image. */
  static async openDiscarding(path: string): Promise<TapImage> {
    const { store, index } = await DiscardingStore.open(path);
    return new TapImage(store, index, 'clean', index.end);
  }

  /** Number of logical objects: the position of end of data. */
  get objects(): number {
    return this.#index.count;
  }

  get filemarks(): number {
    return this.#index.filemarks;
  }

  /** Whether the image is damaged after the last object, so that end of data can't be found. */
  get damaged(): boolean {
    return this.#damaged;
  }

  /** Bytes of the image before an object, or before end of data. The capacity is counted in them. */
  bytesBefore(object: number): number {
    return object < this.#index.count ? this.#index.place(object).offset : this.#index.end;
  }

  filemarksBefore(object: number): number {
    return this.#index.filemarksBefore(object);
  }

  /** Logical object number of filemark `n`, counted from 0; undefined if there are fewer. */
  objectOfFilemark(n: number): number | undefined {
    return n >= 0 && n < this.#index.filemarks ? this.#index.objectOfFilemark(n) : undefined;
  }

  object(position: number): TapeObject {
    if (position >= this.#index.count) return { kind: this.#damaged ? 'damage' : 'end-of-data' };
    const { word } = this.#index.place(position);
    const kind = kindOfWord(word);
    if (kind === 'filemark') return { kind };
    const recorded =
      kind === 'record' || kind === 'encrypted-record' || kind === 'wrapped-record' ? kind : 'bad-record';
    return { kind: recorded, length: recordLength(word) };
  }

  /** Number of the first encrypted record, and of the first plain one after it; undefined if there is none. */
  encryption(): { readonly firstEncrypted?: number | undefined; readonly firstPlainAfter?: number | undefined } {
    const firstEncrypted = this.#index.find(isEncrypted);
    if (firstEncrypted === undefined) return {};
    return { firstEncrypted, firstPlainAfter: this.#index.find(isPlain, firstEncrypted) };
  }

  /** Fills `into` with the bytes of the record at `position` that follow the first `skip`. */
  async read(position: number, into: Uint8Array, skip = 0): Promise<void> {
    await this.#store.read(into, this.#index.place(position).offset + WORD_BYTES + skip);
  }

  /** Writes `records` at `position`; everything that was recorded from there on is lost. */
  async writeRecords(position: number, records: readonly Uint8Array[]): Promise<void> {
    const parts: Uint8Array[] = [];
    const words: number[] = [];
    for (const data of records) {
      const { header, trailer } = recordFrame(data.length);
      parts.push(header, data, trailer);
      const kind = envelopeKind(data);
      words.push(kind === undefined ? data.length : recordInEnvelope(kind, data.length));
    }
    await this.#append(position, parts, words);
  }

  /** Writes `count` filemarks at `position`; everything that was recorded from there on is lost. */
  async writeFilemarks(position: number, count: number): Promise<void> {
    await this.#append(position, [new Uint8Array(count * WORD_BYTES)], Array<number>(count).fill(FILEMARK));
  }

  /** Makes `position` end of data. */
  async truncate(position: number): Promise<void> {
    this.#index.truncate(position);
    this.#damaged = false;
    if (this.#size > this.#index.end) await this.#store.truncate(this.#index.end);
    this.#size = this.#index.end;
  }

  /** Until this resolves, a power failure of the machine may lose what was written. */
  async sync(): Promise<void> {
    await this.#store.sync(this.#index);
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #append(position: number, parts: readonly Uint8Array[], words: readonly number[]): Promise<void> {
    await this.truncate(position);
    const start = this.#index.end;
    try {
      await this.#store.write(parts, start);
    } catch (error) {
      // A record is on tape whole or not at all. If this truncation fails, the next write truncates first.
      this.#size = Number.POSITIVE_INFINITY;
      await this.truncate(position);
      throw error;
    }
    for (const word of words) this.#index.append(word, this.#index.end);
    this.#size = this.#index.end;
  }
}

function isEncrypted(word: number): boolean {
  return kindOfWord(word) === 'encrypted-record';
}

function isPlain(word: number): boolean {
  return isRecord(word) && !isEncrypted(word);
}
