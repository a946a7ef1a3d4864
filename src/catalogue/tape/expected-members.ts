import type { ArchiveMember } from '../../archive/extract/messages.js';
import type { ExtractSummary } from '../../archive/extract/summary.js';
import { VerificationError } from '../../errors/index.js';
import type { CataloguedArchive, FoundMember } from '../model/catalogue.js';

/**
 * Compares what comes from the tape with the members that were recorded there: each must come once, in its place, and
 * nothing else. Their content has no checksum of its own: another one of the same size and time is not told from it.
 */
export class ExpectedMembers {
  readonly #archive: CataloguedArchive;
  readonly #wanted: readonly FoundMember[];
  #seen = 0;

  /** `wanted`: in the order of the archive. */
  constructor(archive: CataloguedArchive, wanted: readonly FoundMember[]) {
    this.#archive = archive;
    this.#wanted = wanted;
  }

  /** To be called with each member before anything is made of it. Throws VerificationError for another than the next one. */
  take(member: ArchiveMember): void {
    const wanted = this.#wanted[this.#seen];
    if (wanted === undefined) throw elsewhere(this.#archive, `has ${quoted(member.name)} where no member should be`);
    if (!hasPath(member, wanted)) {
      throw elsewhere(this.#archive, `has ${quoted(member.name)} where ${quoted(wanted.path)} should be`);
    }
    const difference = differenceOf(member, wanted);
    if (difference !== undefined) throw elsewhere(this.#archive, `has ${quoted(wanted.path)} ${difference}`);
    this.#seen += 1;
  }

  /** To be called at the end. Throws VerificationError unless each member came, and was made. Returns their number. */
  requireAll(made: ExtractSummary): number {
    const missing = this.#wanted[this.#seen];
    if (missing !== undefined) throw elsewhere(this.#archive, `has nothing where ${quoted(missing.path)} should be`);
    const members = made.files + made.folders + made.symbolicLinks + made.hardLinks + made.specialFiles;
    if (members === this.#seen) return members;
    throw elsewhere(this.#archive, `gave ${members} members of ${this.#seen}`);
  }
}

/** Bytes count: of two paths that are no text, the text may be the same. */
function hasPath({ name, nameBytes }: ArchiveMember, { path, pathBytes }: FoundMember): boolean {
  return name === path && nameBytes === (pathBytes ?? undefined);
}

/** In words; undefined for a member as it was recorded. */
function differenceOf(found: ArchiveMember, wanted: FoundMember): string | undefined {
  if (found.type !== wanted.type) return `as a ${found.type}, and not as a ${wanted.type}`;
  if (found.size !== wanted.size) return `with ${found.size} bytes, and not ${wanted.size}`;
  const { seconds } = found.modified;
  if (seconds !== wanted.modified)
    return `as changed at ${seconds}, and not at ${wanted.modified} (seconds since 1970)`;
  if ((found.target ?? '') === (wanted.target ?? '')) return undefined;
  return `as a link to ${quoted(found.target ?? '')}, and not to ${quoted(wanted.target ?? '')}`;
}

export function elsewhere({ parts }: CataloguedArchive, what: string, cause?: unknown): VerificationError {
  return new VerificationError(`the tape ${what}`, {
    device: parts[0]?.cartridge,
    operation: 'restore',
    next: 'The cartridge was written elsewhere: reconcile it with --verify',
    cause,
  });
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
