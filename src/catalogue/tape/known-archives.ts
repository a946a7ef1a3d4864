import type { ArchiveRecord, PartRecord } from '../../provider/record/changes.js';
import type { CartridgeContents } from '../../provider/scan/scan-contents.js';
import type { CataloguedArchive } from '../model/catalogue.js';
import { type FoundArchive, placeOf } from './found-archives.js';

/** What a catalogue knows of cartridges before they are looked at. */
export class KnownArchives {
  readonly #byPlace = new Map<string, CataloguedArchive>();
  readonly #left = new Map<string, CataloguedArchive>();

  add(archives: readonly CataloguedArchive[]): void {
    for (const archive of archives) {
      if (archive.state === 'lost') continue;
      for (const part of archive.parts) this.#byPlace.set(placeOf(part), archive);
      this.#left.set(archive.archive, archive);
    }
  }

  /** The archive that is known to be where the first part of this one is. */
  at({ parts: [first] }: ArchiveRecord): CataloguedArchive | undefined {
    return first && this.#byPlace.get(placeOf(first));
  }

  /** The record of an archive under the name by which it is known, if it is. */
  take(found: FoundArchive): ArchiveRecord {
    const { record } = found;
    const known = this.at(record);
    if (known === undefined || !isSame(known, found)) return record;
    this.#left.delete(known.archive);
    const { archive, createdAt, tags = record.tags, state } = known;
    return { ...record, archive, createdAt, tags, state: state === 'verified' ? state : record.state };
  }

  /** What was not found. */
  left(): CataloguedArchive[] {
    return [...this.#left.values()];
  }
}

/** An archive that was only begun has no size yet; what was read of it, and has members and no end, was cut off. */
function isSame(known: CataloguedArchive, { record: found, changes, isIndexed }: FoundArchive): boolean {
  if (known.archive === found.archive) return true;
  if (known.state === 'writing') return isIndexed || found.membersComplete || changes.length === 0;
  return known.bytes === found.bytes && (found.checksum === undefined || known.checksum === found.checksum);
}

/** Of which places the cartridges that were looked at say what is there. Of the others nothing is claimed. */
export class SeenPlaces {
  readonly #cartridges = new Map<string, CartridgeContents>();

  add(contents: CartridgeContents): void {
    this.#cartridges.set(contents.cartridge, contents);
  }

  /** Whether all of an archive would have been found. */
  covers({ parts }: ArchiveRecord): boolean {
    return parts.every((part) => this.#has(part));
  }

  #has({ cartridge, fileNumber }: PartRecord): boolean {
    const contents = this.#cartridges.get(cartridge);
    if (contents === undefined) return false;
    const { files, end } = contents;
    const file = files.find((one) => one.fileNumber === fileNumber);
    // A key that is not there, or a bad record, does not mean that the archive is gone.
    if (file !== undefined) return file.state === 'whole' || file.state === 'unterminated';
    return end !== 'unreadable' || fileNumber < (files.at(-1)?.fileNumber ?? 0);
  }
}
