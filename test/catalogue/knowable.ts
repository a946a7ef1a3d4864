import type { Catalogue } from '../../src/catalogue/index.js';
import type { PartRecord } from '../../src/provider/record/changes.js';

export interface KnowableArchive {
  readonly parts: readonly Pick<PartRecord, 'cartridge' | 'fileNumber'>[];
}

/** What tapes can know of archives: not names, tags, times, states and keys, nor the record size of a file of one record. */
export async function knowable(catalogue: Catalogue): Promise<KnowableArchive[]> {
  const archives = await catalogue.archives({ states: ['durable', 'verified'] });
  const found = [];
  for (const { archive, parts, bytes, checksum, membersComplete } of archives) {
    const members = await catalogue.members(archive);
    found.push({
      parts: parts.map(({ encryptionKeyId: _, recordSize, ...part }) => {
        return part.records > 1 ? { ...part, recordSize } : part;
      }),
      bytes,
      checksum,
      membersComplete,
      members: members.map(({ archive: _, ...member }) => member),
    });
  }
  return found.toSorted((one, other) => (JSON.stringify(one.parts) < JSON.stringify(other.parts) ? -1 : 1));
}
