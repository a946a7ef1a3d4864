import type { MemberType } from '../decode/member.js';

/** Something in the archive that was not restored. */
export interface NotRestored {
  /** `SCHILY.acl.access`, `extended attribute user.note: ENOTSUP`. */
  readonly what: string;
  readonly members: number;
  /** Name of the first of them. */
  readonly first: string;
}

/** Counts of an extraction. */
export interface ExtractSummary {
  readonly files: number;
  readonly folders: number;
  readonly symbolicLinks: number;
  readonly hardLinks: number;
  /** Devices and FIFOs. */
  readonly specialFiles: number;
  /** Content of the files, in bytes, without holes. */
  readonly bytes: number;
  readonly notRestored: readonly NotRestored[];
}

/** Most kinds listed separately; an archive could have as many as members. */
const MOST_KINDS = 100;

const COUNTED = {
  file: 'files',
  folder: 'folders',
  'symbolic link': 'symbolicLinks',
  'hard link': 'hardLinks',
  'character device': 'specialFiles',
  'block device': 'specialFiles',
  fifo: 'specialFiles',
} as const satisfies Record<MemberType, keyof ExtractSummary>;

export class Tally {
  readonly #counts = { files: 0, folders: 0, symbolicLinks: 0, hardLinks: 0, specialFiles: 0, bytes: 0 };
  readonly #leftOut = new Map<string, { what: string; members: number; first: string }>();

  made(type: MemberType, count = 1): void {
    this.#counts[COUNTED[type]] += count;
  }

  wrote(bytes: number): void {
    this.#counts.bytes += bytes;
  }

  leftOut(what: string, member: string): void {
    const kind = this.#leftOut.has(what) || this.#leftOut.size < MOST_KINDS ? what : 'other attributes';
    const known = this.#leftOut.get(kind);
    if (known) known.members += 1;
    else this.#leftOut.set(kind, { what: kind, members: 1, first: member });
  }

  get bytes(): number {
    return this.#counts.bytes;
  }

  summary(): ExtractSummary {
    return { ...this.#counts, notRestored: [...this.#leftOut.values()] };
  }
}
