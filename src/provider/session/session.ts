import type { KeyStore } from '../../keys/key-store.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import type { ProviderConfiguration } from './configuration-schema.js';
import type { DriveOwner } from './drive-owner.js';

/** What every session of a provider has. */
export interface SessionContext {
  readonly keyStore?: KeyStore | undefined;
  /** Called before a file that was cut off gets its filemark: it then looks like a whole one. */
  readonly onCutOff?: ((cartridge: string, fileNumber: number) => Promise<void>) | undefined;
}

/** What a provider works with: the drive that it shares with others, and what is its own. */
export class Session {
  readonly owner: DriveOwner;
  readonly configuration: ProviderConfiguration;
  readonly #context: SessionContext;
  readonly #signal: AbortSignal | undefined;

  constructor(
    owner: DriveOwner,
    configuration: ProviderConfiguration,
    context: SessionContext = {},
    signal?: AbortSignal,
  ) {
    this.owner = owner;
    this.configuration = configuration;
    this.#context = context;
    this.#signal = signal;
  }

  /** Where keys come from: that of `encryptionKeyId`, and those that the tape names. */
  get keyStore(): KeyStore | undefined {
    return this.#context.keyStore;
  }

  /** To be called before a file that was cut off gets its filemark. */
  async cutOff(cartridge: string, fileNumber: number): Promise<void> {
    await this.#context.onCutOff?.(cartridge, fileNumber);
  }

  /** The same for a call that the signal ends between two steps. */
  until(signal: AbortSignal | undefined): Session {
    return signal === undefined ? this : new Session(this.owner, this.configuration, this.#context, signal);
  }

  /** The same for what must be done whatever the signal says. */
  uninterrupted(): Session {
    return new Session(this.owner, this.configuration, this.#context);
  }

  /** Called before each step that reads, moves the tape, or changes a setting. Throws the signal's reason. */
  throwIfAborted(): void {
    this.#signal?.throwIfAborted();
  }

  get drive(): TapeDrive {
    return this.owner.drive;
  }
}
