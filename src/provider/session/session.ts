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

  constructor(owner: DriveOwner, configuration: ProviderConfiguration, keyStore: KeyStore | undefined) {
    this.owner = owner;
    this.configuration = configuration;
    this.keyStore = keyStore;
  }

  get drive(): TapeDrive {
    return this.owner.drive;
  }
}
