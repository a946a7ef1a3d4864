import { randomUUID } from 'node:crypto';
import { isUtf8, toBytes, toText } from '../../archive/encode/byte-string.js';
import { MemberTap, type PassingMember } from '../../archive/tap/member-tap.js';
import { CatalogueError, LtoError } from '../../errors/index.js';
import type { TakenSource } from '../../streams/taken-source.js';
import type { ArchiveRecord, ArchiveState, CatalogueChange, MemberRecord, PartRecord } from './changes.js';
import type { RecordQueue } from './record-queue.js';

/** What the catalogue knows of an archive. */
export interface Catalogued {
  /** Name of the archive in the catalogue. */
  readonly archive: string;
  /** Why the catalogue does not know this receipt: the archive is as safe on tape, and to be reconciled. */
  readonly failure: LtoError | undefined;
}

/** The cartridge that an archive begins on, and the place there. */
export interface ArchiveBeginning {
  readonly cartridge: string;
  readonly barcode?: string | undefined;
  readonly mediumSerial?: string | undefined;
  readonly fileNumber: number;
  readonly firstLogicalObject?: number | undefined;
}

type MembersChange = Extract<CatalogueChange, { readonly type: 'members' }>;

/** Members of one change. */
const BATCH = 2000;
/** Members that are kept for a catalogue that does not take them; those after them are left out. */
const MOST_WAITING = 1_000_000;

/** Records one archive while it is written. A failing catalogue never ends the writing. */
export class ArchiveRecording {
  readonly archive = randomUUID();
  readonly #queue: RecordQueue;
  readonly #tags: Readonly<Record<string, string>> | undefined;
  readonly #createdAt = Date.now();
  readonly #tap = new MemberTap((member) => this.#members.push(memberRecord(member)));
  #members: MemberRecord[] = [];
  /** Members that were passed on before those. */
  #sent = 0;
  #sending: Promise<void> | undefined;
  #isBegun = false;
  /** Whether the catalogue was told of it at all. */
  #isTold = false;
  #parts: readonly PartRecord[] = [];
  #isCut = false;
  /** What was overwritten on the cartridges that the archive went on to. */
  readonly #replaced: CatalogueChange[] = [];
  /** Settles when the catalogue has answered what it was last told of the outcome. */
  #ending: Promise<unknown> = Promise.resolve();

  constructor(queue: RecordQueue, source: TakenSource, tags?: Readonly<Record<string, string>>) {
    this.#queue = queue;
    this.#tags = tags;
    source.watch((chunk) => this.#see(chunk));
  }

  /**
   * Begins at this place, or goes on there: what comes after it is overwritten. Resolves when the catalogue knows it, or
   * does not take it.
   */
  async begin(place: ArchiveBeginning): Promise<void> {
    const changes = overwrittenAt(place);
    if (this.#isTold) {
      this.#replaced.push(...changes);
      await this.#queue.push(changes);
      return;
    }
    const { cartridge, fileNumber, firstLogicalObject } = place;
    const part = { cartridge, fileNumber, firstLogicalObject, records: 0, bytes: 0, recordSize: 0 };
    this.#isTold = true;
    const failure = await this.#queue.push([...changes, this.#record('writing', [part], 0, undefined)]);
    this.#isBegun = failure === undefined;
  }

  /** Resolves when the catalogue knows the receipt, and all members; with undefined where there is no catalogue. */
  end(
    state: ArchiveState,
    parts: readonly PartRecord[],
    checksum: string | undefined,
  ): Promise<Catalogued | undefined> {
    // One after the other: members that the catalogue does not take with one outcome go along with the next.
    const ended = this.#ending.then(() => this.#end(state, parts, checksum));
    this.#ending = ended.catch(() => undefined);
    return ended;
  }

  async #end(
    state: ArchiveState,
    parts: readonly PartRecord[],
    checksum: string | undefined,
  ): Promise<Catalogued | undefined> {
    await this.#sending;
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const record = this.#record(state, parts, bytes, checksum);
    const members = this.#takeMembers(Number.POSITIVE_INFINITY);
    const failure = await this.#queue.push([...this.#replaced, record, ...members]);
    if (failure !== undefined) this.#takeBack(members);
    if (!this.#queue.hasRecorder) return undefined;
    return { archive: this.archive, failure: failure && asLtoError(failure.reason) };
  }

  /** The archive is incomplete, or lost from the drive's buffer. Does nothing for one that was never begun. */
  async fail(): Promise<void> {
    if (!this.#isTold) return;
    await this.#ending;
    await this.#queue.push([this.#record('lost', this.#parts, 0, undefined)]);
  }

  #record(
    state: ArchiveState,
    parts: readonly PartRecord[],
    bytes: number,
    checksum: string | undefined,
  ): { type: 'archive' } & ArchiveRecord {
    this.#parts = parts;
    const membersComplete = this.#tap.outcome === 'all' && !this.#isCut;
    const { archive } = this;
    return {
      type: 'archive',
      archive,
      state,
      parts,
      bytes,
      checksum,
      tags: this.#tags,
      membersComplete,
      createdAt: this.#createdAt,
    };
  }

  #see(chunk: Uint8Array): void {
    this.#tap.write(chunk);
    if (this.#members.length < BATCH) return;
    if (this.#members.length > MOST_WAITING) {
      this.#members.length = MOST_WAITING;
      this.#isCut = true;
    }
    if (this.#isBegun) this.#sending ??= this.#send();
  }

  async #send(): Promise<void> {
    const changes = this.#takeMembers(BATCH * 5);
    if (changes.length > 0 && (await this.#queue.push(changes)) !== undefined) this.#takeBack(changes);
    this.#sending = undefined;
  }

  /** What the catalogue did not take goes along with the next receipt. */
  #takeBack(changes: readonly MembersChange[]): void {
    const members = changes.flatMap((change) => change.members);
    this.#members = [...members, ...this.#members];
    this.#sent -= members.length;
    this.#isBegun = false;
  }

  #takeMembers(most: number): MembersChange[] {
    const changes: MembersChange[] = [];
    for (let left = Math.min(most, this.#members.length); left > 0; ) {
      const members = this.#members.splice(0, Math.min(left, BATCH * 5));
      changes.push({ type: 'members', archive: this.archive, first: this.#sent, members });
      this.#sent += members.length;
      left -= members.length;
    }
    return changes;
  }
}

function overwrittenAt({ cartridge, barcode, mediumSerial, fileNumber: from }: ArchiveBeginning): CatalogueChange[] {
  return [
    { type: 'cartridge', cartridge, barcode, mediumSerial, seenAt: Date.now() },
    { type: 'overwritten', cartridge, from },
  ];
}

export function memberRecord({ path, type, size, modified, offset, length, target }: PassingMember): MemberRecord {
  // Of most members these six are all; spreading objects would take most of the time.
  const record = { path: toText(path), type, size, modified, offset, length };
  if (target === '' && isUtf8(path)) return record;
  return {
    ...record,
    ...(!isUtf8(path) && { pathBytes: toBytes(path).toString('hex') }),
    ...(target !== '' && { target: toText(target) }),
  };
}

export function asLtoError(reason: unknown): LtoError {
  if (reason instanceof LtoError) return reason;
  const what = reason instanceof Error ? reason.message : String(reason);
  return new CatalogueError(what, { operation: 'record', reason: 'failed', cause: reason });
}
