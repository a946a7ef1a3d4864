import type { ArchiveRecorder, CatalogueChange } from './changes.js';

interface Entry {
  readonly changes: readonly CatalogueChange[];
  readonly settle: (failure: { readonly reason: unknown } | undefined) => void;
}

/**
 * Passes changes on in their order, all that have come meanwhile at once: a session of many small archives costs a
 * transaction now and then, and not several for each archive.
 */
export class RecordQueue {
  readonly #recorder: ArchiveRecorder | undefined;
  readonly #tell: ((changes: readonly CatalogueChange[]) => void) | undefined;
  #waiting: Entry[] = [];
  #running: Promise<void> | undefined;

  /** `tell` is told at once; without a recorder, nobody else is. */
  constructor(recorder: ArchiveRecorder | undefined, tell?: (changes: readonly CatalogueChange[]) => void) {
    this.#recorder = recorder;
    this.#tell = tell;
  }

  get hasRecorder(): boolean {
    return this.#recorder !== undefined;
  }

  /** Resolves when the changes are recorded, with why they are not otherwise; never rejects. */
  async push(changes: readonly CatalogueChange[]): Promise<{ readonly reason: unknown } | undefined> {
    this.#tell?.(changes);
    if (this.#recorder === undefined) return undefined;
    return new Promise((settle) => {
      this.#waiting.push({ changes, settle });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when all that was pushed is settled. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // What is pushed in the same turn of the event loop goes along.
    await null;
    while (this.#waiting.length > 0) await this.#pass(this.#waiting.splice(0));
    this.#running = undefined;
  }

  async #pass(entries: readonly Entry[]): Promise<void> {
    const failure = await this.#apply(entries.flatMap(({ changes }) => changes));
    // One of them may be at fault.
    const isJoint = failure !== undefined && entries.length > 1;
    for (const { changes, settle } of entries) settle(isJoint ? await this.#apply(changes) : failure);
  }

  async #apply(changes: readonly CatalogueChange[]): Promise<{ readonly reason: unknown } | undefined> {
    try {
      await this.#recorder?.apply(changes);
      return undefined;
    } catch (reason) {
      return { reason };
    }
  }
}
