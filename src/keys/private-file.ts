import { constants, type Stats } from 'node:fs';
import { type FileHandle, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { KeyStoreError } from '../errors/index.js';

/** A file that only its owner may read or replace. */
export interface PrivateFile {
  /** The path with all links resolved, also if the file does not exist. */
  readonly path: string;
  /** Undefined if the file does not exist. */
  readonly content: Buffer | undefined;
}

/** Bytes; larger than any file of secrets. */
const LONGEST = 16 * 1024 * 1024;
const CHUNK = 64 * 1024;
const OWNER_ONLY = 0o600;
const GROUP_AND_OTHERS = 0o077;
const GROUP_AND_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
/** User ID. */
const ROOT = 0;

/**
 * Reads a file of secrets. Rejects with KeyStoreError when group or others may read it, or replace it in its folder,
 * and when it cannot be read. A pipe is read without these checks.
 */
export async function readPrivateFile(named: string): Promise<PrivateFile> {
  return failing(named, async () => {
    const path = await behindLinks(resolve(named));
    const file = await open(path, constants.O_RDONLY).catch(absent);
    if (file === undefined) return { path, content: undefined };
    try {
      const stats = await file.stat();
      if (stats.isFile()) {
        requireClosedFile(stats, path);
        await requireClosedFolder(path);
      }
      return { path, content: await readAll(file, path) };
    } finally {
      await file.close();
    }
  });
}

/** Rejects with KeyStoreError for more than `LONGEST` bytes: a device may have no end. */
async function readAll(file: FileHandle, path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let total = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, null);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
    if (total <= LONGEST) continue;
    for (const chunk of chunks) chunk.fill(0);
    throw new KeyStoreError(`${path} is too large: no file of secrets has more than ${LONGEST} bytes`, {
      reason: 'malformed',
      next: 'Name another file',
    });
  }
  const content = Buffer.concat(chunks);
  for (const chunk of chunks) chunk.fill(0);
  return content;
}

/**
 * Replaces a file atomically: readers find the old content or the new, also after a crash. One writer at a time.
 * Rejects with KeyStoreError.
 */
export async function replacePrivateFile(path: string, content: Uint8Array): Promise<void> {
  await failing(path, async () => {
    const fresh = `${path}.new`;
    // May be left over from a writer that was killed.
    await rm(fresh, { force: true });
    await createPrivateFile(fresh, content);
    await rename(fresh, path);
    await syncFolder(dirname(path));
  });
}

/** Creates a file with mode 0600; it is on disk when this resolves. Rejects with the file system's error. */
export async function createPrivateFile(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY);
  try {
    // The umask may have removed mode bits.
    if (HAS_MODES) await file.chmod(OWNER_ONLY);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Creates the folder of a file if it is missing, for its owner only. Rejects with KeyStoreError. */
export async function makePrivateFolder(path: string): Promise<void> {
  await failing(path, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await requireClosedFolder(path);
  });
}

/** Windows has no modes; there, the access list of the folder protects the file. */
const HAS_MODES = process.platform !== 'win32';

function requireClosedFile({ mode, uid }: Stats, path: string): void {
  if (!HAS_MODES) return;
  // Checked for root too: the owner, and those who can replace the file, decide what is in it.
  if (uid !== process.geteuid?.()) {
    throw new KeyStoreError(`${path} belongs to somebody else (user ${uid})`, {
      reason: 'exposed',
      next: 'Name a file of your own; a copy that you own will do, if you trust its content',
    });
  }
  if ((mode & GROUP_AND_OTHERS) === 0) return;
  throw new KeyStoreError(`others than its owner may use ${path} (mode ${octal(mode)})`, {
    reason: 'exposed',
    next: `Run chmod 600 ${path}; if it was so for long, take its secrets as known`,
  });
}

/** With the sticky bit, others may add files but not replace this one; the owner of the folder may replace any file. */
async function requireClosedFolder(path: string): Promise<void> {
  if (!HAS_MODES) return;
  const folder = dirname(path);
  const { mode, uid } = await stat(folder);
  if (uid !== process.geteuid?.() && uid !== ROOT) {
    throw new KeyStoreError(`${folder} belongs to somebody else (user ${uid}), who may replace files in it`, {
      reason: 'exposed',
      next: 'Keep the file in a folder of your own',
    });
  }
  if ((mode & GROUP_AND_OTHERS_WRITE) === 0 || (mode & STICKY) !== 0) return;
  throw new KeyStoreError(`others than its owner may replace files in ${folder} (mode ${octal(mode)})`, {
    reason: 'exposed',
    next: `Run chmod go-w ${folder}`,
  });
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

/** The path with all links resolved; unchanged if the file does not exist. */
async function behindLinks(path: string): Promise<string> {
  return (await realpath(path).catch(absent)) ?? path;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

async function syncFolder(path: string): Promise<void> {
  if (!HAS_MODES) return; // Windows cannot open a folder as a file.
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function failing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof KeyStoreError) throw cause;
    const { code: errno, syscall: operation } = cause as NodeJS.ErrnoException;
    throw new KeyStoreError(`${path} cannot be used`, { reason: 'failed', errno, operation, cause });
  }
}
