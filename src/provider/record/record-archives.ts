import { requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError, type LtoError, type LtoErrorDetails } from '../../errors/index.js';
import type { TakenSource } from '../../streams/taken-source.js';
import type { ReadSummary } from '../../tape/stream/read/read-stream.js';
import type { OnEmptying } from '../label/initialize.js';
import type { ArchiveRecorder, CatalogueChange } from './changes.js';
import { type FileReading, failedReading } from './file-reading.js';
import { RecordQueue } from './record-queue.js';
import { ArchiveRecording, asLtoError } from './recording.js';

interface ArchiveWords {
  readonly archive?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

interface Emptied {
  readonly catalogueFailure?: LtoError;
}

/** What a provider passes on to its catalogue and to the index of the cartridge; without either, nothing is done. */
export class ArchiveRecords {
  readonly #queue: RecordQueue | undefined;

  /** `tell` is told all that the catalogue is, at once: the index of a cartridge. */
  constructor(recorder: ArchiveRecorder | undefined, tell?: (changes: readonly CatalogueChange[]) => void) {
    this.#queue = recorder || tell ? new RecordQueue(recorder, tell) : undefined;
  }

  /**
   * For an archive that is about to be written. `archive`: its name, which becomes a tag. Throws InvalidArgumentError for
   * tags that are not text by text.
   */
  archive(
    source: TakenSource,
    { archive, tags }: ArchiveWords,
    details: LtoErrorDetails,
  ): ArchiveRecording | undefined {
    requireTags(tags, details);
    if (this.#queue === undefined) return undefined;
    const all = archive === undefined ? tags : { archive, ...tags };
    return new ArchiveRecording(this.#queue, source, all);
  }

  /**
   * Of a cartridge that `work` labels or erases, and tells the names of before that: nothing is on it any more, also if
   * `work` fails then. Resolves with its report, and with why the catalogue does not know.
   */
  async emptying<T extends object>(work: (onEmptying: OnEmptying) => Promise<T>): Promise<T & Emptied> {
    let failure: { readonly reason: unknown } | undefined;
    const report = await work(async (names) => {
      const known = new Set(names.filter((name) => name !== undefined));
      failure = await this.#queue?.push(
        [...known].flatMap((cartridge): CatalogueChange[] => [
          { type: 'cartridge', cartridge, seenAt: Date.now() },
          { type: 'overwritten', cartridge, from: 0 },
        ]),
      );
    });
    return failure === undefined ? report : { ...report, catalogueFailure: asLtoError(failure.reason) };
  }

  /** Of a last file that was cut off, and is about to be ended: whatever was begun there is no whole archive. */
  async cutOff(cartridge: string, from: number): Promise<void> {
    await this.#queue?.push([{ type: 'overwritten', cartridge, from }]);
  }

  /**
   * Of a file that is read to be compared; `read` tells the name on the label of the cartridge. Settles as it does, once that
   * is recorded.
   */
  async compared(
    fileNumber: number,
    read: (onProven: (cartridge: string) => void) => Promise<ReadSummary>,
  ): Promise<ReadSummary> {
    let cartridge: string | undefined;
    const tell = async (found: FileReading) => {
      if (cartridge === undefined) return;
      await this.#queue?.push([{ type: 'reading', cartridge, fileNumber, at: Date.now(), ...found }]);
    };
    const onProven = (name: string) => {
      cartridge = name;
    };
    try {
      const summary = await read(onProven);
      const { checksum } = summary;
      // A part of a file has none.
      if (checksum !== undefined) await tell({ checksum });
      return summary;
    } catch (error) {
      const failed = failedReading(error);
      if (failed !== undefined) await tell(failed);
      throw error;
    }
  }

  /** Resolves when the catalogue has all that it was told, or did not take it. */
  async settled(): Promise<void> {
    await this.#queue?.settled();
  }
}

/** Throws InvalidArgumentError for anything that cannot be told of archives. */
export function requireRecorder(recorder: unknown, details: LtoErrorDetails): asserts recorder is ArchiveRecorder {
  requireRecord('catalogue', recorder, details);
  if ('apply' in recorder && typeof recorder.apply === 'function') return;
  throw new InvalidArgumentError('catalogue is not a catalogue', {
    ...details,
    next: 'Give what openCatalogue() of node-lto/catalogue resolves with, or an object with `apply(changes)`',
  });
}

function requireTags(tags: unknown, details: LtoErrorDetails): void {
  if (tags === undefined) return;
  requireRecord('tags', tags, details);
  if (Object.values(tags).every((value) => typeof value === 'string')) return;
  throw new InvalidArgumentError('tags are text', { ...details, next: "Give an object such as { job: 'nightly' }" });
}
