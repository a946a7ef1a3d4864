import { randomUUID } from 'node:crypto';
import { MemberTap } from '../../archive/tap/member-tap.js';
import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireNonEmptyText, requireOptions } from '../../arguments/options.js';
import { EndOfDataError, LtoError, UnterminatedFileError, VerificationError } from '../../errors/index.js';
import { HEADER_MEMBER } from '../../provider/archive/part-header.js';
import type { ReadArchiveOptions } from '../../provider/archive/read-archive.js';
import type { LtoProvider } from '../../provider/provider.js';
import type { ArchiveRecord, MemberRecord, PartRecord } from '../../provider/record/changes.js';
import { memberRecord } from '../../provider/record/recording.js';
import { INDEX_MEMBER } from '../../provider/tape-index/index-format.js';
import type { TapeReadStream } from '../../tape/stream/read/read-stream.js';
import type { Catalogue, CataloguedArchive } from '../model/catalogue.js';
import { memberChanges } from './batches.js';
import { lookAtPart } from './look-at-part.js';

/** Result of `reconcile`: names of archives. */
export interface Reconciliation {
  /** Archives that were `buffered` and are on tape. */
  readonly durable: readonly string[];
  /** Archives on tape that were unknown or only begun; read completely. */
  readonly found: readonly string[];
  /** Archives that are no longer on tape, or whose place holds another file. */
  readonly lost: readonly string[];
  /**
   * Archives of which no more is known than that a file of their size is in their place, or not even that without the key.
   * Of the others that were only looked at, the first member and the size are as recorded. `verify` reads them all.
   */
  readonly unproven: readonly string[];
}

export interface ReconcileOptions extends CallOptions {
  /** Read every archive of the cartridge again and compare its checksum. Default: only archives that are not proven. */
  readonly verify?: boolean | undefined;
}

const RECONCILE_OPTIONS: OptionNames<ReconcileOptions> = { ...CALL_OPTIONS, verify: true };

/** First members of files that are nobody's archives. */
const OF_THE_TAPE: readonly string[] = [HEADER_MEMBER, INDEX_MEMBER];

/**
 * Makes the catalogue agree with a cartridge after a crash, after the catalogue was unreachable, or when the cartridge
 * was written elsewhere: reads archives that are not proven, looks at the beginning and the end of each other one, and reads
 * files that the catalogue does not know, with their members. Never writes to the tape.
 */
export async function reconcile(
  catalogue: Catalogue,
  provider: LtoProvider,
  cartridge: string,
  options: ReconcileOptions = {},
): Promise<Reconciliation> {
  requireNonEmptyText('cartridge', cartridge, { operation: 'reconcile' });
  requireOptions(options, { operation: 'reconcile' }, RECONCILE_OPTIONS);
  const { signal } = options;
  // The catalogue knows it by its label, whichever of its names was given.
  const name = await provider.proveCartridge(cartridge, { signal });
  return new Reconciler(catalogue, provider, name, options).run();
}

class Reconciler {
  readonly #catalogue: Catalogue;
  readonly #provider: LtoProvider;
  readonly #cartridge: string;
  readonly #options: ReconcileOptions;
  readonly #durable: string[] = [];
  readonly #found: string[] = [];
  readonly #lost: string[] = [];
  readonly #unproven: string[] = [];
  /** Files of the tape that the catalogue knows, including those that were only begun. */
  readonly #known = new Set<number>();
  readonly #begun = new Map<number, CataloguedArchive>();

  constructor(catalogue: Catalogue, provider: LtoProvider, cartridge: string, options: ReconcileOptions) {
    this.#catalogue = catalogue;
    this.#provider = provider;
    this.#cartridge = cartridge;
    this.#options = options;
  }

  async run(): Promise<Reconciliation> {
    const { signal } = this.#options;
    const archives = await this.#catalogue.archives({
      cartridge: this.#cartridge,
      states: ['writing', 'buffered', 'durable', 'verified'],
      limit: Number.MAX_SAFE_INTEGER,
      signal,
    });
    // Each of them: that a later file is there says nothing of those before it, which may all have been written anew.
    for (const archive of archives) {
      for (const part of archive.parts.filter(({ cartridge }) => cartridge === this.#cartridge)) {
        if (archive.state === 'writing') this.#begun.set(part.fileNumber, archive);
        else await this.#check(archive, part);
      }
    }
    await this.#readUnknown();
    for (const archive of this.#begun.values()) await this.#mark(archive, 'lost');
    const unproven = this.#unproven.filter((archive) => !this.#lost.includes(archive));
    return { durable: this.#durable, found: this.#found, lost: this.#lost, unproven: [...new Set(unproven)] };
  }

  /** Compares a part with what is on the tape in its place. */
  async #check(archive: CataloguedArchive, part: PartRecord): Promise<void> {
    const { signal } = this.#options;
    try {
      if (archive.state === 'buffered' || this.#options.verify) {
        const expectedChecksum = part.checksum;
        await this.#compare(part.fileNumber, { expectedChecksum, signal });
      } else await this.#lookAt(archive, part);
    } catch (error) {
      if (!isElsewhere(error)) throw error;
      await this.#verified(archive, error);
      await this.#mark(archive, 'lost');
      return;
    }
    this.#known.add(part.fileNumber);
    if (archive.state === 'buffered') await this.#mark(archive, 'durable');
    await this.#verified(archive, undefined);
  }

  /** Not by `verifyArchive`, which records it a second time where the provider has the catalogue too. */
  async #compare(fileNumber: number, options: ReadArchiveOptions): Promise<void> {
    for await (const _chunk of await this.#provider.readArchive(this.#cartridge, fileNumber, options)) {
      // Reading compares the checksum.
    }
  }

  /** Records that the archive was compared. A part of one says nothing of the others, unless it is bad. */
  async #verified({ archive, parts }: CataloguedArchive, error: unknown): Promise<void> {
    if (!this.#options.verify || (error === undefined && parts.length > 1)) return;
    const outcome =
      error === undefined ? { ok: true } : { ok: false, error: error instanceof LtoError ? error.code : '' };
    await this.#catalogue.apply([{ type: 'verification', archive, at: Date.now(), ...outcome }]);
  }

  async #lookAt({ archive, parts }: CataloguedArchive, part: PartRecord): Promise<void> {
    const { signal } = this.#options;
    const [member] = part === parts[0] ? await this.#catalogue.members(archive, { limit: 1, signal }) : [];
    // Another begins somewhere behind it.
    const first = member?.number === 0 && member.offset === 0 ? member : undefined;
    const proof = await lookAtPart(this.#provider, { part, first }, signal);
    if (proof !== 'member') this.#unproven.push(archive);
  }

  async #readUnknown(): Promise<void> {
    for (let fileNumber = 1; ; fileNumber += 1) {
      if (this.#known.has(fileNumber)) continue;
      try {
        await this.#readFile(fileNumber);
      } catch (error) {
        if (error instanceof EndOfDataError) return;
        // The last file was cut off: nothing in it was ever reported to be on tape.
        if (error instanceof UnterminatedFileError) return;
        throw error;
      }
    }
  }

  async #readFile(fileNumber: number): Promise<void> {
    const { signal } = this.#options;
    const members: MemberRecord[] = [];
    const tap = new MemberTap((member) => members.push(memberRecord(member)));
    const stream = await this.#provider.readArchive(this.#cartridge, fileNumber, { signal });
    for await (const chunk of stream) tap.write(chunk as Uint8Array);
    if (OF_THE_TAPE.includes(members[0]?.path ?? '')) return;
    const { summary, firstLogicalObject } = stream as Partial<Pick<TapeReadStream, 'summary' | 'firstLogicalObject'>>;
    if (summary === undefined) return;
    const { records, bytes, largestRecord: recordSize, checksum } = summary;
    // A tar archive without an end was cut off, and ended by another process: it is not the whole one that was begun.
    const isCut = tap.isOpen && members.length > 0;
    const begun = isCut ? undefined : this.#begun.get(fileNumber);
    if (!isCut) this.#begun.delete(fileNumber);
    const { archive = randomUUID(), tags, createdAt = Date.now() } = begun ?? {};
    const part = { cartridge: this.#cartridge, fileNumber, firstLogicalObject, records, bytes, recordSize, checksum };
    const membersComplete = tap.outcome === 'all';
    const record = {
      archive,
      state: 'durable',
      parts: [part],
      bytes,
      checksum,
      tags,
      membersComplete,
      createdAt,
    } as const;
    // Members recorded for an archive that was only begun are a part of these, with the same numbers.
    await this.#catalogue.apply([{ type: 'archive', ...record }, ...memberChanges(archive, members)]);
    this.#found.push(archive);
  }

  async #mark(archive: CataloguedArchive, state: 'durable' | 'lost'): Promise<void> {
    const { members: _, ...record } = archive;
    if (state === 'lost' && this.#lost.includes(archive.archive)) return;
    await this.#catalogue.apply([{ type: 'archive', ...record, state } satisfies { type: 'archive' } & ArchiveRecord]);
    (state === 'lost' ? this.#lost : this.#durable).push(archive.archive);
  }
}

/** Errors that mean that the file does not exist, or is another one. */
function isElsewhere(error: unknown): boolean {
  return [EndOfDataError, UnterminatedFileError, VerificationError].some((kind) => error instanceof kind);
}
