import type { CatalogueChange, MemberRecord } from '../../provider/record/changes.js';

/** Members of one change. */
const BATCH = 5000;

/** Changes that record the members of an archive. */
export function memberChanges(archive: string, members: readonly MemberRecord[]): CatalogueChange[] {
  const changes: CatalogueChange[] = [];
  for (let first = 0; first < members.length; first += BATCH) {
    changes.push({ type: 'members', archive, first, members: members.slice(first, first + BATCH) });
  }
  return changes;
}
