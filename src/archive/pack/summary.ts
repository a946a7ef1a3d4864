/** Why a member is missing or differs from its file. */
export type PackProblemReason =
  /** The file, or the folder's list of names, could not be read; `code` is the system's error. */
  | 'unreadable'
  /** It no longer existed when its turn came. */
  | 'vanished'
  /** It ended early; the rest is zeros. */
  | 'shrank'
  /** It grew; the archive has it up to its size at the beginning. */
  | 'grew'
  /** It was replaced, or written to without a change of its size. */
  | 'changed';

/** Something that the archive lacks, or has differently from the disk. */
export interface PackProblem {
  /** Path in the file system; bytes that are not UTF-8 as `\xe9`. */
  readonly path: string;
  readonly reason: PackProblemReason;
  /** `EACCES`, `EIO`. */
  readonly code?: string | undefined;
  /** Whether a member of that name is in the archive. */
  readonly archived: boolean;
}

/** Counts of what is left out on purpose, by reason. */
export interface LeftOut {
  /** Sockets, which cannot be restored. */
  readonly sockets: number;
  /** FIFOs and devices, without `special`. */
  readonly special: number;
  /** Matched by `exclude`; the content of an excluded folder is not read and not counted. */
  readonly excluded: number;
  /** Files no newer than `newerThan`. */
  readonly older: number;
  /** Folders of another file system, archived empty. */
  readonly mounts: number;
}

/** Content of a complete archive of folders. */
export interface PackSummary {
  /** Members of every kind. */
  readonly entries: number;
  /** Regular files, without further names of one (hard links). */
  readonly files: number;
  /** Bytes of the archive. */
  readonly bytes: number;
  /** The first 1000 problems. */
  readonly problems: readonly PackProblem[];
  readonly problemCount: number;
  readonly leftOut: LeftOut;
  /** Paths of the first 100 sockets, special files and mounts that were left out. */
  readonly leftOutPaths: readonly string[];
  /** What is missing of all members because it needs the native addon. */
  readonly notKept: readonly ('extended attributes' | 'holes')[];
}

/** Progress so far. */
export type PackProgress = Pick<PackSummary, 'entries' | 'files' | 'bytes' | 'problemCount'>;

const PROBLEMS_KEPT = 1000;
const PATHS_KEPT = 100;

/** A summary as it grows. */
export class PackNotes {
  entries = 0;
  files = 0;
  bytes = 0;
  problemCount = 0;
  readonly notKept = new Set<'extended attributes' | 'holes'>();
  readonly #problems: PackProblem[] = [];
  readonly #leftOut = { sockets: 0, special: 0, excluded: 0, older: 0, mounts: 0 };
  readonly #paths: string[] = [];

  problem(problem: PackProblem): void {
    this.problemCount += 1;
    if (this.#problems.length < PROBLEMS_KEPT) this.#problems.push(problem);
  }

  leaveOut(reason: keyof LeftOut, path?: string): void {
    this.#leftOut[reason] += 1;
    if (path !== undefined && this.#paths.length < PATHS_KEPT) this.#paths.push(path);
  }

  get progress(): PackProgress {
    const { entries, files, bytes, problemCount } = this;
    return { entries, files, bytes, problemCount };
  }

  summary(): PackSummary {
    return {
      ...this.progress,
      problems: this.#problems,
      leftOut: this.#leftOut,
      leftOutPaths: this.#paths,
      notKept: [...this.notKept].sort(),
    };
  }
}
