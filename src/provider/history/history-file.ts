import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rename, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { HistoryError } from '../../errors/index.js';
import { lockDescriptor } from '../../locks/kernel-lock.js';
import { type HistoryEntry, parseEntry } from './entry.js';

/** A file of this size is put aside: some 20,000 entries. */
const LARGEST_FILE = 8 * 2 ** 20;
/** Older files, `history.jsonl.1` being the newest of them. */
const KEPT_FILES = 4;
/** Serial numbers and barcodes are for the owner and its group. */
const MODE = 0o640;
const LINE_FEED = 0x0a;
const PATIENCE_MS = 5000;
const LOOK_AGAIN_MS = 5;
const READINGS = 5;

/** What a history file holds. */
export interface History {
  /** The oldest first. */
  readonly entries: readonly HistoryEntry[];
  /** Lines that are no entries, such as one that a crash has cut. */
  readonly damagedLines: number;
}

/**
 * A file of one JSON document to a line, to which several processes append. A line is appended whole or not at all: what a
 * failed write leaves is cut off, and what a killed process leaves is closed by the next line and skipped by readers.
 */
export class HistoryFile {
  readonly path: string;
  readonly #largest: number;

  constructor(path: string, largest = LARGEST_FILE) {
    this.path = path;
    this.#largest = largest;
  }

  /** Rejects with HistoryError if the entries cannot be kept. */
  async append(entries: readonly HistoryEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    try {
      const { file, isLocked } = await this.#openLocked();
      try {
        await appendWhole(file, Buffer.from(lines), isLocked);
        if ((await file.stat()).size >= this.#largest) await this.#rotate();
      } finally {
        await file.close();
      }
    } catch (cause) {
      throw historyError(this.path, 'cannot be written', cause);
    }
  }

  /** All entries that are left, of the older files too. Rejects with HistoryError; a file that is not there is empty. */
  async read(): Promise<History> {
    for (let reading = 1; ; reading += 1) {
      const before = await this.#inode();
      const history = await this.#readAll();
      // While files are put aside, one may have been missed.
      if ((await this.#inode()) === before || reading === READINGS) return history;
    }
  }

  async #inode(): Promise<number | undefined> {
    return (await stat(this.path).catch(() => undefined))?.ino;
  }

  async #readAll(): Promise<History> {
    const paths = [...Array.from({ length: KEPT_FILES }, (_, age) => this.#older(KEPT_FILES - age)), this.path];
    const entries: HistoryEntry[] = [];
    let damagedLines = 0;
    for (const path of paths) {
      for (const line of (await textOf(path)).split('\n')) {
        if (line === '') continue;
        const entry = parseEntry(line);
        if (entry === undefined) damagedLines += 1;
        else entries.push(entry);
      }
    }
    return { entries: entries.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)), damagedLines };
  }

  /** The file, once no other process appends or puts it aside. Without kernel locks it is opened for appending alone. */
  async #openLocked(): Promise<{ readonly file: FileHandle; readonly isLocked: boolean }> {
    for (const begun = Date.now(); ; await delay(LOOK_AGAIN_MS)) {
      const file = await open(this.path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, MODE);
      try {
        if (!(await file.stat()).isFile()) throw new Error('it is no regular file');
        const isLocked = lockDescriptor(file.fd, 'exclusive');
        if (isLocked !== false && (await this.#isStill(file))) return { file, isLocked: isLocked === true };
        if (isLocked === false && Date.now() - begun > PATIENCE_MS) throw new Error('another process keeps it locked');
      } catch (error) {
        await file.close();
        throw error;
      }
      await file.close();
    }
  }

  /** Another process may have put the file aside between the opening and the lock. */
  async #isStill(file: FileHandle): Promise<boolean> {
    const [opened, named] = await Promise.all([file.stat(), stat(this.path).catch(() => undefined)]);
    return named !== undefined && opened.ino === named.ino && opened.dev === named.dev;
  }

  async #rotate(): Promise<void> {
    for (let age = KEPT_FILES - 1; age >= 1; age -= 1) {
      await rename(this.#older(age), this.#older(age + 1)).catch(unlessMissing);
    }
    await rename(this.path, this.#older(1));
  }

  #older(age: number): string {
    return `${this.path}.${age}`;
  }
}

/** Ends a line that was cut, and takes back what did not fit, unless another process may have written meanwhile. */
async function appendWhole(file: FileHandle, lines: Buffer, isLocked: boolean): Promise<void> {
  const { size } = await file.stat();
  const last = Buffer.alloc(1, LINE_FEED);
  if (size > 0) await file.read(last, 0, 1, size - 1);
  const data = last[0] === LINE_FEED ? lines : Buffer.concat([Buffer.of(LINE_FEED), lines]);
  try {
    for (let done = 0; done < data.length; ) done += (await file.write(data, done)).bytesWritten;
    await file.datasync();
  } catch (error) {
    if (isLocked) await file.truncate(size).catch(() => undefined);
    throw error;
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return '';
    throw historyError(path, 'cannot be read', cause);
  }
}

function historyError(path: string, what: string, cause: unknown): HistoryError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return new HistoryError(`the history ${path} ${what}: ${why}`, {
    operation: 'history',
    errno,
    cause,
    next: 'Check the path, its rights and the space of its file system; the work with the tape is not affected',
  });
}

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
