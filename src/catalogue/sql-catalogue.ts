import { LARGEST_COUNT, requireNumber } from '../arguments/number.js';
import type { NameTable } from '../arguments/option-names.js';
import { ask, CALL_OPTIONS, type CallOptions, requireNonEmptyText, requireOptions } from '../arguments/options.js';
import type { CatalogueChange, DriveRecord, VerificationRecord } from '../provider/record/changes.js';
import { requireChanges } from '../provider/record/require-changes.js';
import { type Engine, failing } from './engine/engine.js';
import type {
  ArchiveQuery,
  Catalogue,
  CataloguedArchive,
  CataloguedCartridge,
  CatalogueStats,
  FoundMember,
  FoundMembers,
  MemberQuery,
} from './model/catalogue.js';
import { applyChanges } from './store/apply.js';
import { listArchives, listCartridges, listDrives, listVerifications, readStats } from './store/lists.js';
import { FolderIds } from './store/member-rows.js';
import { findMembers, found, foundMember, membersOf } from './store/member-search.js';
import { ARCHIVE_QUERY, MEMBER_QUERY, requireArchiveQuery, requireMemberQuery } from './store/requirements.js';

const LIMITS = { min: 1, max: LARGEST_COUNT, unit: 'rows' };
const NUMBERS = { min: 0, max: LARGEST_COUNT, unit: 'members' };
/** Number of members in one change of an export. */
const EXPORTED = 1000;
const MEMBERS_OPTIONS: NameTable = { ...CALL_OPTIONS, from: true, limit: true };
const EXPORT_OPTIONS: NameTable = { ...CALL_OPTIONS, cartridge: true };

/** The catalogue in a database. */
export class SqlCatalogue implements Catalogue {
  readonly #engine: Engine;
  readonly #folders = new FolderIds();

  /** Called by `openCatalogue`. */
  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get location(): string {
    return this.#engine.location;
  }

  async apply(changes: readonly CatalogueChange[]): Promise<void> {
    requireChanges(changes, this.#details('record'));
    if (changes.length > 0) await failing(this.#engine, () => applyChanges(this.#engine, changes, this.#folders));
  }

  cartridges(options?: CallOptions): Promise<readonly CataloguedCartridge[]> {
    return this.#ask('list cartridges', options, () => listCartridges(this.#engine.db));
  }

  drives(options?: CallOptions): Promise<readonly DriveRecord[]> {
    return this.#ask('list drives', options, () => listDrives(this.#engine.db));
  }

  archives(query: ArchiveQuery = {}): Promise<readonly CataloguedArchive[]> {
    const list = async () => {
      requireArchiveQuery(query, this.#details('list archives'));
      return listArchives(this.#engine.db, query);
    };
    return this.#ask('list archives', query, list, ARCHIVE_QUERY);
  }

  members(
    archive: string,
    options: CallOptions & { readonly from?: number | undefined; readonly limit?: number | undefined } = {},
  ): Promise<readonly FoundMember[]> {
    const list = async () => {
      const details = this.#details('list members');
      requireNonEmptyText('archive', archive, details);
      const { from = 0, limit = EXPORTED } = options;
      requireNumber('from', from, NUMBERS, details);
      requireNumber('limit', limit, LIMITS, details);
      const [{ parts } = { parts: [] }] = await listArchives(this.#engine.db, { archive });
      const rows = await membersOf(this.#engine, archive, from, limit);
      return rows.map((row) => foundMember(row, () => parts));
    };
    return this.#ask('list members', options, list, MEMBERS_OPTIONS);
  }

  find(query: MemberQuery): Promise<FoundMembers> {
    const find = async () => {
      requireMemberQuery(query, this.#details('find'));
      const { rows, more } = await findMembers(this.#engine, query.pattern, query);
      const parts = new Map<string, CataloguedArchive['parts']>();
      for (const archive of new Set(rows.map((row) => row.archive))) {
        const [record] = await listArchives(this.#engine.db, { archive });
        parts.set(archive, record?.parts ?? []);
      }
      return found(rows, more, (archive) => parts.get(archive) ?? []);
    };
    return this.#ask('find', query, find, MEMBER_QUERY);
  }

  verifications(archive: string, options?: CallOptions): Promise<readonly VerificationRecord[]> {
    return this.#ask('list verifications', options, async () => {
      requireNonEmptyText('archive', archive, this.#details('list verifications'));
      return listVerifications(this.#engine.db, archive);
    });
  }

  stats(options?: CallOptions): Promise<CatalogueStats> {
    return this.#ask('stats', options, () => readStats(this.#engine.db));
  }

  async *export(
    options: CallOptions & { readonly cartridge?: string | undefined } = {},
  ): AsyncGenerator<CatalogueChange, void> {
    requireOptions(options, this.#details('export'), EXPORT_OPTIONS);
    const { cartridge, signal } = options;
    for (const { archives: _, archiveBytes: __, ...record } of await this.cartridges({ signal })) {
      if (cartridge === undefined || record.cartridge === cartridge) yield { type: 'cartridge', ...record };
    }
    if (cartridge === undefined) for (const drive of await this.drives({ signal })) yield { type: 'drive', ...drive };
    const archives = await this.archives({ cartridge, limit: LARGEST_COUNT, signal });
    // Oldest first.
    const ordered = cartridge === undefined ? archives.toReversed() : archives;
    for (const { members, ...record } of ordered) {
      yield { type: 'archive', ...record };
      yield* this.#exportMembers(record.archive, members, signal);
      const verifications = await this.verifications(record.archive, { signal });
      for (const verification of verifications.toReversed()) yield { type: 'verification', ...verification };
    }
  }

  close(): Promise<void> {
    return failing(this.#engine, () => this.#engine.close());
  }

  async *#exportMembers(archive: string, count: number, signal: AbortSignal | undefined) {
    for (let first = 0; first < count; ) {
      const found = await this.members(archive, { from: first, limit: EXPORTED, signal });
      const [begin] = found;
      if (begin === undefined) return;
      const members = found.map(({ archive: _, number: __, place: ___, ...member }) => member);
      yield { type: 'members', archive, first: begin.number, members } as const;
      first = begin.number + members.length;
    }
  }

  #details(operation: string) {
    return { device: this.location, operation };
  }

  #ask<T>(
    operation: string,
    options: CallOptions | undefined,
    question: () => Promise<T>,
    names: NameTable = CALL_OPTIONS,
  ): Promise<T> {
    return ask(options, this.#details(operation), () => failing(this.#engine, question), names);
  }
}
