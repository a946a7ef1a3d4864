import { randomUUID } from 'node:crypto';
import type { ArchiveRecord, CatalogueChange, MemberRecord, PartRecord } from '../../provider/record/changes.js';
import type { CartridgeContents } from '../../provider/scan/scan-contents.js';
import type { ScannedFile } from '../../provider/scan/scanned-file.js';
import { memberChanges } from './batches.js';

/** An archive that was found on tape, with what its members are known by. */
export interface FoundArchive {
  readonly record: ArchiveRecord;
  readonly changes: readonly CatalogueChange[];
  /** Whether an index described it. */
  readonly isIndexed: boolean;
}

/** A part of an archive that may go over several cartridges, as its header has it. */
interface FoundPart {
  readonly number: number;
  readonly part: PartRecord;
  readonly file: ScannedFile;
}

interface Header {
  readonly archive: string;
  readonly part: number;
}

/** Gathers the archives of cartridges: what indexes say, and what scans found beside it. */
export class FoundArchives {
  readonly #indexed = new Map<string, { record: ArchiveRecord; members: Map<number, CatalogueChange> }>();
  readonly #single: { readonly part: PartRecord; readonly file: ScannedFile }[] = [];
  readonly #spanned = new Map<string, FoundPart[]>();
  readonly #cartridges: CatalogueChange[] = [];

  add({ cartridge, changes, files }: CartridgeContents): void {
    for (const change of changes) this.#addIndexed(change);
    for (const [at, file] of files.entries()) {
      if (!isArchive(file)) continue;
      const part = partOf(cartridge, file);
      const before = files[at - 1];
      const header = before?.fileNumber === file.fileNumber - 1 ? headerOf(before) : undefined;
      if (header === undefined) this.#single.push({ part, file });
      else {
        const parts = this.#spanned.get(header.archive) ?? [];
        this.#spanned.set(header.archive, [...parts, { number: header.part, part, file }]);
      }
    }
  }

  /** What the indexes say of cartridges. */
  get cartridges(): readonly CatalogueChange[] {
    return this.#cartridges;
  }

  /** All of them; what an index describes is not found again in a scan of another cartridge. */
  archives(): FoundArchive[] {
    const indexed = [...this.#indexed.values()].filter(({ record }) => record.state !== 'lost');
    const described = new Set(indexed.flatMap(({ record }) => record.parts.map(placeOf)));
    const isNew = ({ part }: { readonly part: PartRecord }) => !described.has(placeOf(part));
    return [
      ...indexed.map(({ record, members }) => ({ record, changes: [...members.values()], isIndexed: true })),
      ...this.#single.filter(isNew).map(({ part, file }) => foundAs([part], file)),
      ...[...this.#spanned.entries()].flatMap(([archive, found]) => spannedArchive(archive, found.filter(isNew))),
    ];
  }

  #addIndexed(change: CatalogueChange): void {
    if (change.type === 'cartridge') this.#cartridges.push(change);
    else if (change.type === 'archive') {
      const { type: _, ...record } = change;
      const known = this.#indexed.get(record.archive);
      // Of an archive over several cartridges, the last index knows most.
      if (known === undefined) this.#indexed.set(record.archive, { record, members: new Map() });
      else if (record.parts.length >= known.record.parts.length) known.record = record;
    } else if (change.type === 'members') this.#indexed.get(change.archive)?.members.set(change.first, change);
  }
}

export function placeOf({ cartridge, fileNumber }: PartRecord): string {
  return `${fileNumber} ${cartridge}`;
}

/** Files that somebody wrote, and that are whole. */
function isArchive({ kind, state }: ScannedFile): boolean {
  return state === 'whole' && kind !== 'label' && kind !== 'index' && kind !== 'part header';
}

function headerOf({ kind, text = '' }: ScannedFile): Header | undefined {
  if (kind !== 'part header') return undefined;
  try {
    const { archive, part } = JSON.parse(text) as Partial<Header>;
    return typeof archive === 'string' && Number.isSafeInteger(part) ? { archive, part: Number(part) } : undefined;
  } catch {
    // Not one of ours: then what follows stands for itself.
    return undefined;
  }
}

function partOf(cartridge: string, file: ScannedFile): PartRecord {
  const { fileNumber, firstLogicalObject, records = 0, bytes, recordSize = 0, checksum } = file;
  return {
    cartridge,
    fileNumber,
    firstLogicalObject,
    records,
    bytes: bytes ?? records * recordSize,
    recordSize,
    checksum,
  };
}

function foundAs(parts: readonly PartRecord[], file: ScannedFile, tags?: ArchiveRecord['tags']): FoundArchive {
  const archive = randomUUID();
  const record: ArchiveRecord = {
    archive,
    state: 'durable',
    parts,
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    checksum: parts.length === 1 ? parts[0]?.checksum : undefined,
    tags,
    membersComplete: file.membersComplete,
    createdAt: Date.now(),
  };
  return { record, changes: memberChanges(archive, file.members as MemberRecord[]), isIndexed: false };
}

/** Its name is in the header of each part. Nothing of an archive whose first part was not found. */
function spannedArchive(name: string, found: readonly FoundPart[]): FoundArchive[] {
  const parts = [...found].sort((one, other) => one.number - other.number);
  const [first] = parts;
  if (first?.number !== 1 || parts.some(({ number }, at) => number !== at + 1)) return [];
  return [
    foundAs(
      parts.map(({ part }) => part),
      first.file,
      { archive: name },
    ),
  ];
}
