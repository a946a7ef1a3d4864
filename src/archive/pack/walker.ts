import { type ByteString, toText } from '../encode/byte-string.js';
import type { FileAccess, FilePlace } from './files/file-access.js';
import { type FileStatus, isFolder } from './files/file-status.js';
import type { PackJob, Root } from './job.js';
import { Exclusion, isNewer } from './selection.js';
import type { PackNotes } from './summary.js';

/** Something to archive. */
export interface Found {
  readonly path: ByteString;
  /** In the archive; empty for the folder that everything else lies in. */
  readonly name: ByteString;
  readonly status: FileStatus;
}

/** A folder that is being walked. */
interface OpenFolder extends FilePlace {
  /** Each followed by a NUL. */
  readonly names: Buffer;
  /** Where the next name begins. */
  next: number;
  /** Up to where names are known to match no pattern as those of files. */
  selected: number;
}

/** Who takes what a walker finds. */
export interface Finder {
  /** For a path that cannot be inspected; `archived`: a member of that name is in the archive. */
  onProblem(path: ByteString, error: unknown, archived: boolean): void;
  /** Adds the first of `names` where it can without a look at each; returns the bytes of the names that it added. */
  addFiles(place: FilePlace, names: Uint8Array): number;
}

/** Finds the files to archive. */
export class Walker {
  readonly #job: PackJob;
  readonly #files: FileAccess;
  readonly #notes: PackNotes;
  readonly #finder: Finder;
  readonly #exclusion: Exclusion;

  constructor(job: PackJob, files: FileAccess, notes: PackNotes, finder: Finder) {
    this.#job = job;
    this.#files = files;
    this.#notes = notes;
    this.#finder = finder;
    this.#exclusion = new Exclusion(job.exclude);
  }

  /**
   * Everything selected at and below a root, except files that are added by the finder: a folder before its content,
   * sorted by the bytes of names. Keeps only the names in the folders of the current path.
   */
  *walk({ path, name, patternsFrom }: Root): Generator<Found, void> {
    const first = this.#look(path, name, patternsFrom);
    if (first === undefined) return;
    yield first;
    const { device } = first.status;
    const stack = this.#open(first, device);
    for (let folder = stack.at(-1); folder !== undefined; folder = stack.at(-1)) {
      folder.next += this.#finder.addFiles(folder, this.#filesOf(folder, patternsFrom));
      const next = takeName(folder);
      if (next === undefined) stack.pop();
      else {
        const found = this.#look(folder.path + next, folder.name + next, patternsFrom);
        if (found === undefined) continue;
        yield found;
        stack.push(...this.#open(found, device));
      }
    }
  }

  /** The next names that are selected, whatever is known of their files. */
  #filesOf(folder: OpenFolder, patternsFrom: number): Uint8Array {
    const { names, next } = folder;
    if (this.#job.newerThan !== undefined) return NO_NAMES;
    if (this.#job.exclude.length === 0) return names.subarray(next);
    folder.selected = Math.max(folder.selected, next);
    for (let name = nameAt(names, folder.selected); name !== undefined; name = nameAt(names, folder.selected)) {
      if (this.#exclusion.excludes((folder.name + name).slice(patternsFrom), false)) break;
      folder.selected += name.length + 1;
    }
    return names.subarray(next, folder.selected);
  }

  #look(path: ByteString, name: ByteString, patternsFrom: number): Found | undefined {
    let status: FileStatus;
    try {
      status = this.#files.status(path);
    } catch (error) {
      this.#finder.onProblem(path, error, false);
      return undefined;
    }
    const folder = isFolder(status);
    if (this.#exclusion.excludes(name.slice(patternsFrom), folder)) this.#notes.leaveOut('excluded');
    else if (!folder && !isNewer(status, this.#job.newerThan)) this.#notes.leaveOut('older');
    else return { path, name, status };
    return undefined;
  }

  /** The folder with its names; undefined if it is not to be entered. */
  #open({ path, name, status }: Found, [major, minor]: FileStatus['device']): OpenFolder[] {
    if (!isFolder(status)) return [];
    if (this.#job.oneFileSystem && (status.device[0] !== major || status.device[1] !== minor)) {
      this.#notes.leaveOut('mounts', toText(path));
      return [];
    }
    try {
      return [
        { path: below(path), name: below(name), names: this.#files.names(path, status.size), next: 0, selected: 0 },
      ];
    } catch (error) {
      this.#finder.onProblem(path, error, true);
      return [];
    }
  }
}

const NO_NAMES = new Uint8Array(0);

function nameAt(names: Buffer, begin: number): ByteString | undefined {
  const end = names.indexOf(0, begin);
  return end === -1 ? undefined : names.toString('latin1', begin, end);
}

/** The next name of a folder, which is passed; undefined after the last. */
function takeName(folder: OpenFolder): ByteString | undefined {
  const name = nameAt(folder.names, folder.next);
  folder.next += (name?.length ?? 0) + 1;
  return name;
}

function below(folder: ByteString): ByteString {
  return folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
}
