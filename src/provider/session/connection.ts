import { requireOptions, type SignalOptions } from '../../arguments/options.js';
import { unlessAborted } from '../../arguments/signal.js';
import type { KeyStore } from '../../keys/key-store.js';
import { type DataSource, type TakenSource, takeSource } from '../../streams/taken-source.js';
import type { ProviderConfiguration } from './configuration.js';
import { type DriveOwner, type OpenDrive, type Share, shareDrive } from './drive-owner.js';
import { Session } from './session.js';

/** A provider's way to its drive, which is opened by the first call that needs it and kept until `close`. */
export class Connection {
  readonly #configuration: ProviderConfiguration;
  readonly #keyStore: KeyStore | undefined;
  readonly #open: OpenDrive | undefined;
  #share: Promise<Share> | undefined;

  constructor(configuration: ProviderConfiguration, keyStore: KeyStore | undefined, open: OpenDrive | undefined) {
    this.#configuration = configuration;
    this.#keyStore = keyStore;
    this.#open = open;
  }

  /** For errors and their messages. */
  details(operation: string): { readonly device: string; readonly operation: string } {
    return { device: this.#configuration.devicePath, operation };
  }

  /** Rejects as `TapeDrive.open` does, and at once with the signal's reason when that is aborted. */
  async session(signal?: AbortSignal): Promise<Session> {
    return new Session(await unlessAborted(this.#owner(), signal), this.#configuration, this.#keyStore);
  }

  /**
   * What moves the tape: an aborted call rejects at once, with the signal's reason, while it waits for its turn. Once it
   * has begun, it is carried to its end.
   */
  async run<T>(job: string, options: SignalOptions, work: (session: Session) => Promise<T>): Promise<T> {
    requireOptions(options, this.details(job));
    const { signal } = options;
    const session = await this.session(signal);
    return session.owner.run(job, () => work(session), signal);
  }

  /** As `run`, with a source that is taken over at once: it is destroyed when the call is refused, aborted or fails. */
  async write<T>(
    source: DataSource,
    options: SignalOptions,
    work: (session: Session, source: TakenSource) => Promise<T>,
  ): Promise<T> {
    const taken = takeSource(source, this.details('write'));
    try {
      return await this.run('writing an archive', options, (session) => work(session, taken));
    } catch (error) {
      taken.discard(error);
      throw error;
    }
  }

  /** What only asks the drive: an aborted call rejects at once, and the command that is under way goes on. */
  async ask<T>(what: string, options: SignalOptions, work: (session: Session) => Promise<T>): Promise<T> {
    requireOptions(options, this.details(what));
    const { signal } = options;
    return unlessAborted(work(await this.session(signal)), signal);
  }

  /** Lets the drive go, which closes it when no other provider uses it. */
  async close(): Promise<void> {
    const share = this.#share;
    this.#share = undefined;
    const opened = await share?.catch(() => undefined);
    if (opened === undefined) return;
    try {
      await this.#clearKey(opened.owner);
    } finally {
      await opened.release();
    }
  }

  /** For the other providers of the drive, which would write with it; closing the drive clears it anyway. */
  async #clearKey(owner: DriveOwner): Promise<void> {
    const { encryption } = owner.drive;
    const { encryptionKeyId } = this.#configuration;
    if (encryptionKeyId === undefined || encryption.provenKeyId !== encryptionKeyId) return;
    if (owner.job === undefined) await owner.run('closing', () => encryption.disable());
  }

  async #owner(): Promise<DriveOwner> {
    this.#share ??= shareDrive(this.#configuration.devicePath, this.#open);
    const share = this.#share;
    try {
      return (await share).owner;
    } catch (error) {
      if (this.#share === share) this.#share = undefined;
      throw error;
    }
  }
}
