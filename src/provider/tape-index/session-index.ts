import { LtoError } from '../../errors/index.js';
import { commitLimits, type SessionOptions } from '../../tape/session/session-options.js';
import type { CartridgeIndex, IndexPlace } from './cartridge-index.js';
import type { IndexKeeper } from './index-keeper.js';

/** When a session writes the index of its cartridge: with each commit that is asked for, and after as much as one takes. */
export class SessionIndex {
  readonly #keeper: IndexKeeper;
  readonly #index: CartridgeIndex;
  readonly #most: { readonly bytes: number; readonly files: number };
  #bytes = 0;
  #files = 0;
  #hasFailed = false;

  constructor(keeper: IndexKeeper, index: CartridgeIndex, options: SessionOptions) {
    this.#keeper = keeper;
    this.#index = index;
    this.#most = commitLimits('session', options);
  }

  /** Whether archives were written since the last index archive. */
  get isStale(): boolean {
    return this.#files > 0 && !this.#hasFailed;
  }

  /** Whether so much was written that an index archive should follow now. */
  get isDue(): boolean {
    return this.isStale && (this.#bytes >= this.#most.bytes || this.#files >= this.#most.files);
  }

  archiveWritten(next: IndexPlace, bytes: number): void {
    this.#keeper.advance(next);
    this.#bytes += bytes;
    this.#files += 1;
  }

  encode(): Buffer {
    return this.#index.encode();
  }

  written(fileNumber: number, next: IndexPlace): void {
    this.#index.written(fileNumber);
    this.#keeper.advance(next);
    this.#bytes = 0;
    this.#files = 0;
  }

  /** It is not tried again in this session. Throws what is no failure of a drive or its cartridge. */
  failed(error: unknown): void {
    if (!(error instanceof LtoError)) throw error;
    this.#hasFailed = true;
  }
}
