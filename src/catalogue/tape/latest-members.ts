import type { CataloguedArchive, FoundMember } from '../model/catalogue.js';

/** A member with the archive that holds it. */
export interface ArchivedMember {
  readonly archive: CataloguedArchive;
  readonly member: FoundMember;
}

/** Of each path the one that was archived last; of an archive that has it several times the last one, as for tar. */
export function latestMembers(found: readonly ArchivedMember[]): readonly ArchivedMember[] {
  const latest = new Map<string, ArchivedMember>();
  for (const candidate of found) {
    const key = pathKey(candidate.member);
    const known = latest.get(key);
    if (known === undefined || isLater(candidate, known)) latest.set(key, candidate);
  }
  return [...latest.values()];
}

/** Two paths have the same only if they are the same bytes. */
export function pathKey({ path, pathBytes }: FoundMember): string {
  return pathBytes === undefined ? `text ${path}` : `bytes ${pathBytes}`;
}

function isLater(one: ArchivedMember, other: ArchivedMember): boolean {
  if (one.archive.archive === other.archive.archive) return one.member.number > other.member.number;
  const later = one.archive.createdAt - other.archive.createdAt;
  // Archived in the same millisecond: on one cartridge the later file.
  return later === 0 ? fileOf(one) > fileOf(other) : later > 0;
}

const fileOf = ({ archive }: ArchivedMember) => archive.parts[0]?.fileNumber ?? 0;
