import * as fs from 'node:fs';
import { sep } from 'node:path';
import { type ByteString, toBytes } from '../../encode/byte-string.js';
import { ATTRIBUTE, type MadeFiles, type NodeFacts, type TargetFolder } from './target-folder.js';

/** Most verified parent folders that are remembered; the cache is cleared as a whole. */
const MOST_KNOWN = 4096;
const NO_FOLLOW = fs.constants.O_NOFOLLOW ?? 0;
const CREATE = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | NO_FOLLOW;
const OPEN_FOLDER = fs.constants.O_RDONLY | (fs.constants.O_DIRECTORY ?? 0) | NO_FOLLOW;

/**
 * Implementation by Node.js alone, which has no calls relative to a folder: each component of a path is checked before
 * use. No link of the archive is created before the end, so a verified folder remains one unless another program
 * replaces it.
 */
export class NodeFolder implements TargetFolder {
  readonly linksLast = true;
  readonly makesSpecialFiles = false;
  readonly #root: Buffer;
  readonly #known = new Set<ByteString>();
  #fd: number | undefined;

  constructor(path: string) {
    this.#root = Buffer.from(fs.realpathSync(path) + sep);
  }

  inspect(path: ByteString, facts: NodeFacts): string | undefined {
    return this.#below(path, (full) => take(fs.lstatSync(full), facts));
  }

  createFile(path: ByteString, facts: NodeFacts): string | undefined {
    return this.#below(path, (full) => {
      this.#fd = fs.openSync(full, CREATE, 0o600);
      take(fs.fstatSync(this.#fd), facts);
    });
  }

  makeFile(path: ByteString, data: Uint8Array, attributes: Float64Array, facts: NodeFacts): string | undefined {
    facts.numbers.fill(0);
    return this.createFile(path, facts) ?? this.write(data, 0) ?? this.finish(-1, attributes);
  }

  /** Each takes a check of its path. */
  makeFiles(_blocks: Uint8Array, _permissions: number, _owners: boolean, { numbers }: MadeFiles): number {
    numbers.fill(0);
    return 0;
  }

  makeFolder(path: ByteString, mode: number, facts: NodeFacts): string | undefined {
    return this.#below(path, (full) => {
      fs.mkdirSync(full, mode);
      take(fs.lstatSync(full), facts);
    });
  }

  openFolder(path: ByteString): string | undefined {
    return this.#below(path, (full) => {
      this.#fd = fs.openSync(full, OPEN_FOLDER);
    });
  }

  write(data: Uint8Array, position: number): string | undefined {
    return attempt(() => {
      for (let done = 0; done < data.length; ) {
        done += fs.writeSync(this.#open, data, done, data.length - done, position + done);
      }
    });
  }

  setAttribute(): string {
    return 'ENOTSUP';
  }

  setRights(attributes: Float64Array): string | undefined {
    const [mode = -1, uid = -1, gid = -1] = attributes;
    return attempt(() => {
      if (uid >= 0) fs.fchownSync(this.#open, uid, gid);
      if (mode >= 0) fs.fchmodSync(this.#open, mode);
    });
  }

  finish(size: number, attributes: Float64Array): string | undefined {
    const fd = this.#open;
    const failure =
      attempt(() => size >= 0 && fs.ftruncateSync(fd, size)) ??
      this.setRights(attributes) ??
      attempt(() => fs.futimesSync(fd, ...times(attributes)));
    this.#fd = undefined;
    return attempt(() => fs.closeSync(fd)) ?? failure;
  }

  makeSymbolicLink(target: ByteString, path: ByteString, attributes: Float64Array, facts: NodeFacts) {
    return this.#below(path, (full) => {
      fs.symlinkSync(toBytes(target), full);
      take(fs.lstatSync(full), facts);
      const [, uid = -1, gid = -1] = attributes;
      if (uid >= 0) fs.lchownSync(full, uid, gid);
      fs.lutimesSync(full, ...times(attributes));
    });
  }

  /** Node.js has no call for it. */
  makeNode(): string {
    return 'ENOTSUP';
  }

  makeHardLink(existing: ByteString, path: ByteString): string | undefined {
    return this.#below(existing, (from) => {
      const failure = this.#below(path, (to) => fs.linkSync(from, to));
      if (failure !== undefined) throw Object.assign(new Error(failure), { code: failure });
    });
  }

  remove(path: ByteString): string | undefined {
    return this.#below(path, (full) => fs.unlinkSync(full));
  }

  close(): void {
    if (this.#fd !== undefined) fs.closeSync(this.#fd);
    this.#fd = undefined;
    this.#known.clear();
  }

  get #open(): number {
    if (this.#fd === undefined) throw new Error('no node is open');
    return this.#fd;
  }

  #below(path: ByteString, call: (full: Buffer) => void): string | undefined {
    return attempt(() => {
      const slash = path.lastIndexOf('/');
      if (slash > 0) this.#requireFolder(path.slice(0, slash));
      call(this.#full(path));
    });
  }

  #requireFolder(path: ByteString): void {
    if (this.#known.has(path)) return;
    const slash = path.lastIndexOf('/');
    if (slash > 0) this.#requireFolder(path.slice(0, slash));
    if (!fs.lstatSync(this.#full(path)).isDirectory()) {
      throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' });
    }
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.add(path);
  }

  #full(path: ByteString): Buffer {
    return Buffer.concat([this.#root, toBytes(path)]);
  }
}

function take(stats: fs.Stats, { numbers }: NodeFacts): void {
  numbers[0] = stats.dev;
  numbers[1] = stats.ino;
  numbers[2] = stats.mode;
  numbers[3] = stats.nlink;
}

/** Seconds as doubles: exact to a fraction of a microsecond. */
function times(attributes: Float64Array): [accessed: number, modified: number] {
  const at = (seconds: number, nanoseconds: number) =>
    (attributes[seconds] ?? 0) + (attributes[nanoseconds] ?? 0) / 1e9;
  return [
    at(ATTRIBUTE.accessedSeconds, ATTRIBUTE.accessedNanoseconds),
    at(ATTRIBUTE.modifiedSeconds, ATTRIBUTE.modifiedNanoseconds),
  ];
}

function attempt(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
    throw error;
  }
}
