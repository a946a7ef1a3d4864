import { type ByteString, toText } from '../encode/byte-string.js';
import type { FileAccess } from './files/file-access.js';
import { type FileStatus, isFolder } from './files/file-status.js';
import { namesIn } from './files/files.js';
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
interface OpenFolder {
  /** With `/` at the end, or empty. */
  readonly path: ByteString;
  readonly name: ByteString;
  readonly names: readonly ByteString[];
  next: number;
}

/** Called for a path that cannot be inspected; `archived`: a member of that name is in the archive. */
export type OnProblem = (path: ByteString, error: unknown, archived: boolean) => void;

/** Finds the files to archive. */
export class Walker {
  readonly #job: PackJob;
  readonly #files: FileAccess;
  readonly #notes: PackNotes;
  readonly #onProblem: OnProblem;
  readonly #exclusion: Exclusion;

  constructor(job: PackJob, files: FileAccess, notes: PackNotes, onProblem: OnProblem) {
    this.#job = job;
    this.#files = files;
    this.#notes = notes;
    this.#onProblem = onProblem;
    this.#exclusion = new Exclusion(job.exclude);
  }

  /**
   * Everything selected at and below a root: a folder before its content, sorted by the bytes of names. Keeps only the
   * names in the folders of the current path.
   */
  *walk({ path, name, patternsFrom }: Root): Generator<Found, void> {
    const first = this.#look(path, name, patternsFrom);
    if (first === undefined) return;
    yield first;
    const { device } = first.status;
    const stack = this.#open(first, device);
    for (let folder = stack.at(-1); folder !== undefined; folder = stack.at(-1)) {
      const next = folder.names[folder.next];
      folder.next += 1;
      if (next === undefined) stack.pop();
      else {
        const found = this.#look(folder.path + next, folder.name + next, patternsFrom);
        if (found === undefined) continue;
        yield found;
        stack.push(...this.#open(found, device));
      }
    }
  }

  #look(path: ByteString, name: ByteString, patternsFrom: number): Found | undefined {
    let status: FileStatus;
    try {
      status = this.#files.status(path);
    } catch (error) {
      this.#onProblem(path, error, false);
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
      return [{ path: below(path), name: below(name), names: namesIn(path, status.size), next: 0 }];
    } catch (error) {
      this.#onProblem(path, error, true);
      return [];
    }
  }
}

function below(folder: ByteString): ByteString {
  return folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
}
