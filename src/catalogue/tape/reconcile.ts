import { randomUUID } from 'node:crypto';
import { MemberTap } from '../../archive/tap/member-tap.js';
import { type CallOptions, requireNonEmptyText, requireOptions } from '../../arguments/options.js';
import { EndOfDataError, UnterminatedFileError, VerificationError } from '../../errors/index.js';
import { HEADER_MEMBER } from '../../provider/archive/part-header.js';
import type { LtoProvider } from '../../provider/provider.js';
import type { ArchiveRecord, CatalogueChange, MemberRecord, PartRecord } from '../../provider/record/changes.js';
import { memberRecord } from '../../provider/record/recording.js';
import type { ReadSummary } from '../../tape/stream/read/read-stream.js';
import type { Catalogue, CataloguedArchive } from '../model/catalogue.js';

/** What `reconcile` found, by names of archives. */
export interface Reconciliation {
  /** Were `buffered`, and are on tape. */
  readonly durable: readonly string[];
  /** On tape, and were unknown or only begun; read whole. */
  readonly found: readonly string[];
  /** Not on tape any more, or another file is in their place. */
  readonly lost: readonly string[];
}

export interface ReconcileOptions extends CallOptions {
  /** Read every archive of the cartridge again and compare its checksum. Default: only what is not proven. */
  readonly verify?: boolean | undefined;
}

/** Members of one change. */
const BATCH = 5000;

/**
 * Makes the catalogue agree with a cartridge, after a crash between tape and catalogue, a catalogue that could not be
 * reached, or a cartridge that was written elsewhere: what is not proven is read, the end of the known data is looked for,
 * and files that the catalogue does not know are read with their members. The tape is never written.
 */
export async function reconcile(
  catalogue: Catalogue,
  provider: LtoProvider,
  cartridge: string,
  options: ReconcileOptions = {},
): Promise<Reconciliation> {
  requireNonEmptyText('cartridge', cartridge, { operation: 'reconcile' });
  requireOptions(options, { operation: 'reconcile' });
  return new Reconciler(catalogue, provider, cartridge, options).run();
}

class Reconciler {
  readonly #catalogue: Catalogue;
  readonly #provider: LtoProvider;
  readonly #cartridge: string;
  readonly #options: ReconcileOptions;
  readonly #durable: string[] = [];
  readonly #found: string[] = [];
  readonly #lost: string[] = [];
  /** Files of the tape that the catalogue knows, and those that were only begun. */
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
    // From the end backwards: once one is there, so are those before it.
    let isThere = false;
    for (const archive of archives.toReversed()) {
      for (const part of archive.parts.filter(({ cartridge }) => cartridge === this.#cartridge)) {
        if (archive.state === 'writing') this.#begun.set(part.fileNumber, archive);
        else if (isThere && archive.state !== 'buffered' && !this.#options.verify) this.#known.add(part.fileNumber);
        else if (await this.#check(archive, part)) isThere = true;
      }
    }
    await this.#readUnknown();
    for (const archive of this.#begun.values()) await this.#mark(archive, 'lost');
    return { durable: this.#durable, found: this.#found, lost: this.#lost };
  }

  /** Whether the part is on tape. */
  async #check(archive: CataloguedArchive, part: PartRecord): Promise<boolean> {
    const { signal } = this.#options;
    try {
      if (archive.state === 'buffered' || this.#options.verify) {
        const expectedChecksum = part.checksum;
        await this.#provider.verifyArchive(this.#cartridge, part.fileNumber, { expectedChecksum, signal });
      } else await this.#lookAt(part);
    } catch (error) {
      if (!isElsewhere(error)) throw error;
      await this.#mark(archive, 'lost');
      return false;
    }
    this.#known.add(part.fileNumber);
    if (archive.state === 'buffered') await this.#mark(archive, 'durable');
    return true;
  }

  /** Its last byte, which is where its size says. */
  async #lookAt({ fileNumber, bytes, recordSize, records, firstLogicalObject, checksum }: PartRecord): Promise<void> {
    const { signal } = this.#options;
    if (bytes === 0) return;
    const receipt = {
      cartridge: this.#cartridge,
      location: fileNumber,
      bytes,
      recordSize,
      records,
      firstLogicalObject,
      checksum,
    };
    const range = { start: bytes - 1, end: bytes - 1, parts: [receipt], signal };
    let found = 0;
    for await (const chunk of await this.#provider.readArchive(this.#cartridge, fileNumber, range))
      found += chunk.length;
    if (found !== 1) throw new EndOfDataError('the file is shorter');
  }

  async #readUnknown(): Promise<void> {
    for (let fileNumber = 1; ; fileNumber += 1) {
      if (this.#known.has(fileNumber)) continue;
      try {
        await this.#readFile(fileNumber);
      } catch (error) {
        if (error instanceof EndOfDataError) return;
        // The last file was cut off: it holds nothing that was ever said to be on tape.
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
    if (members.length === 1 && members[0]?.path === HEADER_MEMBER) return;
    const { summary } = stream as { readonly summary?: ReadSummary };
    if (summary === undefined) return;
    const { records, bytes, largestRecord: recordSize, checksum } = summary;
    const begun = this.#begun.get(fileNumber);
    this.#begun.delete(fileNumber);
    const { archive = randomUUID(), tags, createdAt = Date.now(), parts = [] } = begun ?? {};
    const firstLogicalObject = parts[0]?.firstLogicalObject;
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
    // What members there are of one that was only begun is a part of these, with the same numbers.
    await this.#catalogue.apply([{ type: 'archive', ...record }, ...batches(archive, members)]);
    this.#found.push(archive);
  }

  async #mark(archive: CataloguedArchive, state: 'durable' | 'lost'): Promise<void> {
    const { members: _, ...record } = archive;
    if (state === 'lost' && this.#lost.includes(archive.archive)) return;
    await this.#catalogue.apply([{ type: 'archive', ...record, state } satisfies { type: 'archive' } & ArchiveRecord]);
    (state === 'lost' ? this.#lost : this.#durable).push(archive.archive);
  }
}

/** The file is not there, or it is another one. */
function isElsewhere(error: unknown): boolean {
  return [EndOfDataError, UnterminatedFileError, VerificationError].some((kind) => error instanceof kind);
}

function batches(archive: string, members: readonly MemberRecord[]): CatalogueChange[] {
  const changes: CatalogueChange[] = [];
  for (let first = 0; first < members.length; first += BATCH) {
    changes.push({ type: 'members', archive, first, members: members.slice(first, first + BATCH) });
  }
  return changes;
}
