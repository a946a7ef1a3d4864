import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { VerificationError } from '../../errors/index.js';

const CHUNK = 1024 * 1024;

/**
 * A regular file that must not change while it is read. The stream fails with VerificationError if the file became
 * shorter or longer, was written to, or was replaced under its name.
 */
export class SteadyFile extends Readable {
  readonly size: number;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #before: BigIntStats;
  #bytes = 0;

  private constructor(path: string, file: FileHandle, before: BigIntStats) {
    super({ highWaterMark: CHUNK });
    this.#path = path;
    this.#file = file;
    this.#before = before;
    this.size = Number(before.size);
  }

  /** Undefined unless it is a regular file. Rejects with the errors of opening it. */
  static async open(path: string): Promise<SteadyFile | undefined> {
    // Opening a FIFO would wait for its writer.
    if (!(await stat(path)).isFile()) return undefined;
    const file = await open(path);
    return new SteadyFile(path, file, await file.stat({ bigint: true }));
  }

  override _read(): void {
    this.#next().then(
      (chunk) => this.push(chunk),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#file.close().then(
      () => callback(error),
      (reason: Error) => callback(error ?? reason),
    );
  }

  async #next(): Promise<Uint8Array | null> {
    const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafeSlow(CHUNK), 0, CHUNK, null);
    this.#bytes += bytesRead;
    // Files in /proc report size 0. Any other file that is being appended to would never end.
    if (this.size > 0 && this.#bytes > this.size) throw changed(this.#path, 'grew');
    if (bytesRead > 0) return buffer.subarray(0, bytesRead);
    await this.#requireUnchanged();
    return null;
  }

  async #requireUnchanged(): Promise<void> {
    const { size, mtimeNs, dev, ino } = this.#before;
    const after = await this.#file.stat({ bigint: true });
    if (after.size !== size || this.#bytes < size)
      throw changed(this.#path, after.size > size ? 'grew' : 'was cut short');
    if (size > 0n && after.mtimeNs !== mtimeNs) throw changed(this.#path, 'was written to');
    const named = await stat(this.#path, { bigint: true }).catch(() => undefined);
    if (named?.dev !== dev || named.ino !== ino) throw changed(this.#path, 'was replaced or removed');
  }
}

function changed(path: string, how: string): VerificationError {
  return new VerificationError(`${path} ${how} while it was read`, {
    next: 'Write it again when no program changes it',
  });
}
