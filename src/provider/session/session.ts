import type { KeyStore } from '../../keys/key-store.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import type { ProviderConfiguration } from './configuration.js';
import type { DriveOwner } from './drive-owner.js';

/** What a provider works with: the drive that it shares with others, and what is its own. */
export class Session {
  readonly owner: DriveOwner;
  readonly configuration: ProviderConfiguration;
  /** Where keys come from: that of `encryptionKeyId`, and those that the tape names. */
  readonly keyStore: KeyStore | undefined;
  readonly #signal: AbortSignal | undefined;

  constructor(
    owner: DriveOwner,
    configuration: ProviderConfiguration,
    keyStore: KeyStore | undefined,
    signal?: AbortSignal,
  ) {
    this.owner = owner;
    this.configuration = configuration;
    this.keyStore = keyStore;
    this.#signal = signal;
  }

  /** The same for a call that the signal ends between two steps. */
  until(signal: AbortSignal | undefined): Session {
    return signal === undefined ? this : new Session(this.owner, this.configuration, this.keyStore, signal);
  }

  /** Called before each step that reads, moves the tape, or changes a setting. Throws the signal's reason. */
  throwIfAborted(): void {
    this.#signal?.throwIfAborted();
  }

  get drive(): TapeDrive {
    return this.owner.drive;
  }
}
