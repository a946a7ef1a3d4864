import type { FileHandle } from 'node:fs/promises';
import { WORD_BYTES } from './tap-format.js';

/** Bytes per read where records are small. */
const CHUNK_BYTES = 0x40000;

/** Reads the words of a file through a buffer that holds a part of it. */
export class FileWindow {
  readonly #file: FileHandle;
  readonly #size: number;
  readonly #buffer = Buffer.alloc(CHUNK_BYTES);
  #start = 0;
  #length = 0;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** Whether the word at `offset`, or `bytes` bytes from there, are in the buffer. */
  holds(offset: number, bytes = WORD_BYTES): boolean {
    return offset >= this.#start && offset + bytes <= this.#start + this.#length;
  }

  /** Bytes that are in the buffer. */
  bytes(offset: number, length: number): Uint8Array {
    return this.#buffer.subarray(offset - this.#start, offset - this.#start + length);
  }

  /** A word that is in the buffer. */
  word(offset: number): number {
    return this.#buffer.readUInt32LE(offset - this.#start);
  }

  /** Reads `bytes` from `offset` on into the buffer, at most to the end of the file. */
  async fill(offset: number, bytes = CHUNK_BYTES): Promise<void> {
    const length = Math.min(bytes, this.#size - offset);
    const { bytesRead } = await this.#file.read(this.#buffer, 0, length, offset);
    this.#start = offset;
    this.#length = bytesRead;
  }
}
