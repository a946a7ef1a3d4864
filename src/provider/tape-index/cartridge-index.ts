import type { ArchiveRecord, CartridgeRecord, CatalogueChange } from '../record/changes.js';
import { elsewhereLine, encodeIndex, type FileRange, type TapeIndex } from './index-format.js';
import { type RestorableArchive, restoreText } from './restore-text.js';

/** Characters of members that an index repeats of those before it; beyond, it names the one that has them. */
const MOST_REPEATED = 64 * 2 ** 20;

/** An archive that an index describes. */
export class IndexedArchive {
  record: ArchiveRecord;
  /** Lines of members, by the number of the first of each. */
  readonly lines = new Map<number, string>();
  members = 0;
  /** Index archives that have the members, by cartridge. */
  readonly elsewhere = new Map<string, number>();

  constructor(record: ArchiveRecord) {
    this.record = record;
  }

  add(change: Extract<CatalogueChange, { readonly type: 'members' }>): void {
    this.lines.set(change.first, JSON.stringify(change));
    this.members = Math.max(this.members, change.first + change.members.length);
  }
}

/** Where the next file of a cartridge goes. */
export interface IndexPlace {
  readonly identity: string;
  readonly nextFile: number;
  readonly mediumEpoch: number;
}

/** What the next index archive of a cartridge says. */
export class CartridgeIndex {
  readonly cartridge: string;
  /** Files that nothing is known of. */
  readonly unknown: readonly FileRange[];
  /** Number of the file that comes next, as long as nobody else writes. */
  nextFile: number;
  readonly mediumEpoch: number;
  readonly #archives = new Map<string, IndexedArchive>();
  #facts: CartridgeRecord;

  /** `last`: the index archive that it goes on from. */
  constructor(place: IndexPlace, last: TapeIndex | undefined, unknown: readonly FileRange[]) {
    const { identity: cartridge, nextFile, mediumEpoch } = place;
    this.cartridge = cartridge;
    this.nextFile = nextFile;
    this.mediumEpoch = mediumEpoch;
    this.#facts = { cartridge };
    this.unknown = unknown;
    for (const change of last?.changes ?? []) this.#restore(change);
    for (const { archive, fileNumber } of last?.elsewhere ?? []) {
      this.#archives.get(archive)?.elsewhere.set(cartridge, fileNumber);
    }
  }

  describe(facts: CartridgeRecord): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  get(archive: string): IndexedArchive | undefined {
    return this.#archives.get(archive);
  }

  put(archive: IndexedArchive): void {
    this.#archives.set(archive.record.archive, archive);
  }

  /** What it had from this file on is overwritten. */
  truncate(from: number): void {
    for (const [name, { record }] of this.#archives) {
      const isGone = record.parts.some(
        ({ cartridge, fileNumber }) => cartridge === this.cartridge && fileNumber >= from,
      );
      if (isGone) this.#archives.delete(name);
    }
  }

  /** The bytes of the index archive that becomes the next file. */
  encode(): Buffer {
    const { cartridge, unknown, nextFile: fileNumber } = this;
    const createdAt = Date.now();
    const archives = [...this.#archives.values()].filter(({ record }) => record.state !== 'writing');
    const lines = [JSON.stringify({ type: 'cartridge', ...this.#facts })];
    const restorable: RestorableArchive[] = [];
    for (const { record, members, elsewhere, lines: own } of archives) {
      const state = record.state === 'buffered' ? 'durable' : record.state;
      lines.push(JSON.stringify({ ...record, type: 'archive', state }));
      const at = elsewhere.get(cartridge);
      if (at === undefined) lines.push(...own.values());
      else lines.push(elsewhereLine({ archive: record.archive, fileNumber: at }));
      if (state !== 'lost') restorable.push({ ...record, members });
    }
    const restore = restoreText({ cartridge, fileNumber, createdAt, archives: restorable });
    return encodeIndex({ cartridge, fileNumber, unknown, createdAt }, lines, restore);
  }

  /** The index archive is on tape as file `fileNumber`. */
  written(fileNumber: number): void {
    this.nextFile = fileNumber + 1;
    const repeated = [...this.#archives.values()].filter(({ elsewhere }) => !elsewhere.has(this.cartridge));
    if (lengthOf(repeated) <= MOST_REPEATED) return;
    for (const { elsewhere, lines } of repeated) {
      elsewhere.set(this.cartridge, fileNumber);
      lines.clear();
    }
  }

  #restore(change: CatalogueChange): void {
    if (change.type === 'cartridge') this.describe(withoutType(change));
    else if (change.type === 'archive') this.#archives.set(change.archive, new IndexedArchive(withoutType(change)));
    else if (change.type === 'members') this.#archives.get(change.archive)?.add(change);
  }
}

function lengthOf(archives: readonly IndexedArchive[]): number {
  let length = 0;
  for (const { lines } of archives) for (const line of lines.values()) length += line.length;
  return length;
}

function withoutType<T extends { readonly type: string }>({ type: _, ...record }: T): Omit<T, 'type'> {
  return record;
}
