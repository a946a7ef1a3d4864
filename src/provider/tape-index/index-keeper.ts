import type { TapeDrive } from '../../tape/tape-drive.js';
import type { ArchiveRecord, ArchiveState, CatalogueChange, PartRecord } from '../record/changes.js';
import { CartridgeIndex, IndexedArchive, type IndexPlace } from './cartridge-index.js';
import { type FindOptions, findIndex } from './find-index.js';
import type { FileRange } from './index-format.js';

/** States in which nothing more is told of the members. */
const IS_OVER: readonly ArchiveState[] = ['durable', 'verified', 'lost'];

/** The indexes of the cartridges that are being written, from what a catalogue would be told. */
export class IndexKeeper {
  readonly #indexes = new Map<string, CartridgeIndex>();
  readonly #archives = new Map<string, IndexedArchive>();

  /** Takes what is written to the cartridges whose index is open. */
  take(changes: readonly CatalogueChange[]): void {
    for (const change of changes) this.#take(change);
  }

  /**
   * The index of a cartridge, which is read from the tape unless it is known to say all up to this place. It may move the
   * tape.
   */
  async open(drive: TapeDrive, place: IndexPlace, options: FindOptions): Promise<CartridgeIndex> {
    const { identity, nextFile, mediumEpoch } = place;
    const known = this.#indexes.get(identity);
    if (known?.nextFile === nextFile && known.mediumEpoch === mediumEpoch) return known;
    const own = [...this.#archives.values()].filter(({ record }) => isOn(record.parts, identity));
    const last = await findIndex(drive, nextFile, identity, options);
    const since = (last?.fileNumber ?? 0) + 1;
    const gap = rangesBetween(since, nextFile, filesOf(own, identity));
    const index = new CartridgeIndex(place, last, [...(last?.unknown ?? []), ...gap]);
    for (const archive of own) index.put(archive);
    this.#indexes.set(identity, index);
    return index;
  }

  /** Up to here everything on the cartridge is in its open index. */
  advance({ identity, nextFile, mediumEpoch }: IndexPlace): void {
    const index = this.#indexes.get(identity);
    if (index?.mediumEpoch === mediumEpoch) index.nextFile = nextFile;
    // What is kept of the others is in the indexes.
    for (const [name, { record }] of this.#archives) if (IS_OVER.includes(record.state)) this.#archives.delete(name);
  }

  #take(change: CatalogueChange): void {
    if (change.type === 'cartridge') {
      const { type: _, ...facts } = change;
      this.#indexes.get(change.cartridge)?.describe(facts);
    } else if (change.type === 'archive') {
      const { type: _, ...record } = change;
      const archive = this.#find(record) ?? new IndexedArchive(record);
      archive.record = record;
      this.#archives.set(change.archive, archive);
      for (const { cartridge } of change.parts) this.#indexes.get(cartridge)?.put(archive);
    } else if (change.type === 'members') this.#archives.get(change.archive)?.add(change);
    else if (change.type === 'overwritten') this.#overwritten(change);
  }

  #overwritten({ cartridge, from }: { readonly cartridge: string; readonly from: number }): void {
    if (from === 0) this.#indexes.delete(cartridge);
    else this.#indexes.get(cartridge)?.truncate(from);
  }

  #find({ archive, parts }: ArchiveRecord): IndexedArchive | undefined {
    const known = parts.map(({ cartridge }) => this.#indexes.get(cartridge)?.get(archive));
    return this.#archives.get(archive) ?? known.find((one) => one !== undefined);
  }
}

/** Files of archives on a cartridge: the header before a part, if there is one, and the part. */
function filesOf(archives: readonly IndexedArchive[], identity: string): Set<number> {
  const files = new Set<number>();
  for (const { record } of archives) {
    for (const { cartridge, fileNumber } of record.parts) {
      if (cartridge !== identity) continue;
      files.add(fileNumber);
      if (record.parts.length > 1) files.add(fileNumber - 1);
    }
  }
  return files;
}

/** Ranges of the files from `first` on, before `end`, that are not `known`. */
function rangesBetween(first: number, end: number, known: ReadonlySet<number>): FileRange[] {
  const ranges: [number, number][] = [];
  for (let file = first; file < end; file += 1) {
    if (known.has(file)) continue;
    const last = ranges.at(-1);
    if (last?.[1] === file - 1) last[1] = file;
    else ranges.push([file, file]);
  }
  return ranges;
}

function isOn(parts: readonly PartRecord[], identity: string): boolean {
  return parts.some(({ cartridge }) => cartridge === identity);
}
