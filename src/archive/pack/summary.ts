/** Why a member is missing, or is not what the file is. */
export type PackProblemReason =
  /** It, or the folder's list of names, could not be read; `code` tells the system's error. */
  | 'unreadable'
  /** It was gone when its turn came. */
  | 'vanished'
  /** It ended early, and was filled up with zeros. */
  | 'shrank'
  /** It grew; only its size at the beginning is there. */
  | 'grew'
  /** It was replaced, or written to without a change of its size. */
  | 'changed';

/** Something that is not in the archive as it is on disk. */
export interface PackProblem {
  /** In the file system; bytes that are no UTF-8 as `\xe9`. */
  readonly path: string;
  readonly reason: PackProblemReason;
  /** `EACCES`, `EIO`. */
  readonly code?: string | undefined;
  /** Whether a member of that name is in the archive. */
  readonly archived: boolean;
}

/** What is left out on purpose, by its reason. */
export interface LeftOut {
  /** Sockets: nothing could be made of them again. */
  readonly sockets: number;
  /** FIFOs and devices, without `special`. */
  readonly special: number;
  /** By a pattern of `exclude`; what is in an excluded folder is not looked at, and not counted. */
  readonly excluded: number;
  /** Files no newer than `newerThan`. */
  readonly older: number;
  /** Folders of another file system, archived empty. */
  readonly mounts: number;
}

/** What is in an archive of folders, once it is whole. */
export interface PackSummary {
  /** Members of every kind. */
  readonly entries: number;
  /** Regular files, those not counted that are a further name of one (a hard link). */
  readonly files: number;
  /** Bytes of the archive. */
  readonly bytes: number;
  /** The first 1000 of them. */
  readonly problems: readonly PackProblem[];
  readonly problemCount: number;
  readonly leftOut: LeftOut;
  /** Paths of the first 100 sockets, special files and mounts that were left out. */
  readonly leftOutPaths: readonly string[];
  /** What is not kept of any member, since it takes the native addon. */
  readonly notKept: readonly ('extended attributes' | 'holes')[];
}

/** How far it is. */
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
