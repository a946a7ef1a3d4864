import type { FileHandle } from 'node:fs/promises';
import { MediumError } from '../../errors/index.js';
import { onHostFile } from '../host/host-file.js';
import { readJson, writeJson } from '../host/json-file.js';
import { ObjectIndex } from './object-index.js';

/** Storage for the bytes of a tape image. Offsets are bytes of the image. */
export interface ImageStore {
  /** Fills `into`; rejects if the image has fewer bytes. */
  read(into: Uint8Array, offset: number): Promise<void>;
  write(parts: readonly Uint8Array[], offset: number): Promise<void>;
  truncate(size: number): Promise<void>;
  /** Until this resolves, a power failure of the machine may lose what was written. */
  sync(index: ObjectIndex): Promise<void>;
  close(): Promise<void>;
}

/** A `.tap` file. */
export class FileStore implements ImageStore {
  readonly #file: FileHandle;
  readonly #path: string;

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  async read(into: Uint8Array, offset: number): Promise<void> {
    for (let done = 0; done < into.length; ) {
      const { bytesRead } = await this.#file.read(into, done, into.length - done, offset + done);
      if (bytesRead === 0) throw new MediumError('the tape image is shorter than when it was opened');
      done += bytesRead;
    }
  }

  write(parts: readonly Uint8Array[], offset: number): Promise<void> {
    return onHostFile(this.#path, () => this.#write(parts, offset));
  }

  async #write(parts: readonly Uint8Array[], offset: number): Promise<void> {
    const total = parts.reduce((sum, { length }) => sum + length, 0);
    const { bytesWritten } = await this.#file.writev([...parts], offset);
    if (bytesWritten === total) return;
    const rest = Buffer.concat(parts).subarray(bytesWritten);
    for (let done = 0; done < rest.length; ) {
      const result = await this.#file.write(rest, done, rest.length - done, offset + bytesWritten + done);
      done += result.bytesWritten;
    }
  }

  truncate(size: number): Promise<void> {
    return onHostFile(this.#path, () => this.#file.truncate(size));
  }

  sync(): Promise<void> {
    return onHostFile(this.#path, () => this.#file.datasync());
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

const FORMAT = 'node-lto lengths 1';

interface StoredLengths {
  readonly format: unknown;
  /** Words of the image format, each with the length of its run. */
  readonly objects: readonly (readonly [word: number, count: number])[];
}

/** Keeps record lengths and filemarks, but no data: records read as zeros. For measurements larger than the disk. */
export class DiscardingStore implements ImageStore {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Rejects with the file system's error, or with MediumError for a file of another format. */
  static async open(path: string): Promise<{ readonly store: DiscardingStore; readonly index: ObjectIndex }> {
    const index = new ObjectIndex();
    const stored = (await readJson(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return { format: FORMAT, objects: [] };
      throw error;
    })) as StoredLengths;
    if (stored.format !== FORMAT) throw new MediumError(`the format of ${path} is ${JSON.stringify(stored.format)}`);
    for (const [word, count] of stored.objects) index.append(word, index.end, count);
    return { store: new DiscardingStore(path), index };
  }

  async read(into: Uint8Array): Promise<void> {
    into.fill(0);
  }

  async write(): Promise<void> {}

  async truncate(): Promise<void> {}

  sync(index: ObjectIndex): Promise<void> {
    return writeJson(this.#path, { format: FORMAT, objects: [...index.runs()] });
  }

  async close(): Promise<void> {}
}
