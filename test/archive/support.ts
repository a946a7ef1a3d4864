import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { ArchiveReader } from '../../src/archive/decode/archive-reader.js';
import type { ByteSource } from '../../src/archive/decode/byte-source.js';
import { Extractor, type ExtractPolicy } from '../../src/archive/extract/extractor.js';
import { NativeFolder } from '../../src/archive/extract/folder/native-folder.js';
import { NodeFolder } from '../../src/archive/extract/folder/node-folder.js';
import type { TargetFolder } from '../../src/archive/extract/folder/target-folder.js';
import type { ExtractSummary } from '../../src/archive/extract/summary.js';

/** Every way in which files are made. */
export const FOLDERS: readonly [name: string, open: (path: string) => TargetFolder, linksLast: boolean][] = [
  ['openat2', (path) => new NativeFolder(path), false],
  ['openat2, each file by a call', (path) => oneByOne(new NativeFolder(path)), false],
  ['openat, step by step', (path) => new NativeFolder(path, true), false],
  ['Node.js alone', (path) => new NodeFolder(path), true],
];

/** Without the call that makes several files, so that each goes the way of what is no plain file. */
export function oneByOne(folder: NativeFolder): TargetFolder {
  folder.makeFiles = (_blocks, _permissions, _owners, { numbers }) => {
    numbers.fill(0);
    return 0;
  };
  return folder;
}

/** Bytes in pieces of a size that fits nothing. */
export class Pieces implements ByteSource {
  readonly #bytes: Uint8Array;
  readonly #piece: number;
  #at = 0;

  constructor(bytes: Uint8Array, piece = 100_003) {
    this.#bytes = bytes;
    this.#piece = piece;
  }

  next(most: number): Uint8Array | undefined {
    if (this.#at === this.#bytes.length) return undefined;
    const piece = this.#bytes.subarray(this.#at, this.#at + Math.min(most, this.#piece));
    this.#at += piece.length;
    return piece;
  }
}

const POLICY: ExtractPolicy = {
  force: false,
  preserve: false,
  owners: process.getuid?.() === 0,
  isNewFolder: false,
};

/** Extracts in this thread; throws ArchiveFault. */
export function extractBytes(
  bytes: Uint8Array,
  folder: TargetFolder,
  policy: Partial<ExtractPolicy> = {},
): ExtractSummary {
  const reader = new ArchiveReader(new Pieces(bytes));
  const extractor = new Extractor(folder, { ...POLICY, ...policy });
  try {
    try {
      extractor.extractFiles(reader);
      for (let member = reader.next(); member; member = reader.next()) {
        extractor.extract(member, reader);
        extractor.extractFiles(reader);
      }
      reader.drain();
    } finally {
      extractor.finish();
    }
  } finally {
    folder.close();
  }
  return extractor.tally.summary();
}

/** What a path is: whatever changes it, changes this. */
async function described(path: string): Promise<string> {
  const { mode, uid, gid, size, nlink, mtimeNs, ctimeNs, ino } = await lstat(path, { bigint: true });
  const facts = [ino, mode.toString(8), uid, gid, nlink, mtimeNs, ctimeNs];
  const type = Number(mode & 0o170000n);
  if (type === 0o120000) facts.push(`-> ${await readlink(path)}`);
  if (type === 0o100000)
    facts.push(
      size,
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    );
  return facts.join(' ');
}

/**
 * Everything below a folder, itself included.
 */
export async function snapshot(folder: string): Promise<Map<string, string>> {
  const found = new Map([['', await described(folder)]]);
  // Not by readdir's `recursive`, which follows links.
  const walk = async (path: string): Promise<void> => {
    for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
      const below = join(path, entry.name);
      found.set(below, await described(join(folder, below)));
      if (entry.isDirectory()) await walk(below);
    }
  };
  await walk('');
  return found;
}

export function temporaryFolder(prefix: string): { path: (...names: readonly string[]) => string } {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), prefix));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return { path: (...names) => join(folder, ...names) };
}
