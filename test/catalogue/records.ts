import type { ArchiveRecord, CatalogueChange, MemberRecord, PartRecord } from '../../src/catalogue/index.js';

export function partRecord(given: Partial<PartRecord> = {}): PartRecord {
  return {
    cartridge: 'A00001L8',
    fileNumber: 1,
    firstLogicalObject: 3,
    records: 10,
    bytes: 10 * 65536,
    recordSize: 65536,
    checksum: 'crc32:01234567',
    ...given,
  };
}

export function archiveRecord(given: Partial<ArchiveRecord> = {}): { type: 'archive' } & ArchiveRecord {
  return {
    type: 'archive',
    archive: 'monday',
    state: 'durable',
    parts: [partRecord()],
    bytes: 10 * 65536,
    checksum: 'crc32:01234567',
    tags: { job: 'nightly' },
    membersComplete: true,
    createdAt: 1_790_000_000_000,
    ...given,
  };
}

export function memberRecord(path: string, given: Partial<MemberRecord> = {}): MemberRecord {
  return { path, type: 'file', size: 100, modified: 1_700_000_000, offset: 0, length: 1024, ...given };
}

/** Members one after the other. */
export function members(archive: string, paths: readonly string[], first = 0): CatalogueChange {
  const records = paths.map((path, index) => memberRecord(path, { offset: (first + index) * 1024 }));
  return { type: 'members', archive, first, members: records };
}
