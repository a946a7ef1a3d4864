import { requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError, type LtoErrorDetails } from '../../errors/index.js';
import type { TakenSource } from '../../streams/taken-source.js';
import type { ArchiveRecorder } from './changes.js';
import { RecordQueue } from './record-queue.js';
import { ArchiveRecording } from './recording.js';

interface ArchiveWords {
  readonly archive?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** What a provider passes on to its catalogue; without one, nothing is done. */
export class ArchiveRecords {
  readonly #queue: RecordQueue | undefined;

  constructor(recorder: ArchiveRecorder | undefined) {
    this.#queue = recorder && new RecordQueue(recorder);
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

  /** Of a cartridge that was labelled or erased: nothing else is on it any more. Resolves with `result`. */
  async emptied<T>(cartridge: string, result: T): Promise<T> {
    await this.#queue?.push([
      { type: 'cartridge', cartridge, seenAt: Date.now() },
      { type: 'overwritten', cartridge, from: 0 },
    ]);
    return result;
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
  throw new InvalidArgumentError('catalogue is no catalogue', {
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
