import { unlessAborted } from '../../arguments/signal.js';
import type { ProviderConfiguration } from './configuration-schema.js';
import { type DriveOwner, type OpenDrive, type Share, shareDrive } from './drive-owner.js';
import { clearKey } from './encryption.js';
import { Session, type SessionContext } from './session.js';
import type { LentSession, SessionSource } from './session-source.js';

/** The drive of the configuration, which is opened by the first call that needs it and kept until `close`. */
export class OneDrive implements SessionSource {
  readonly device: string;
  readonly bringsCartridges = false;
  readonly #configuration: ProviderConfiguration;
  readonly #context: SessionContext;
  readonly #open: OpenDrive | undefined;
  #share: Promise<Share> | undefined;

  constructor(
    device: string,
    configuration: ProviderConfiguration,
    context: SessionContext,
    open: OpenDrive | undefined,
  ) {
    this.device = device;
    this.#configuration = configuration;
    this.#context = context;
    this.#open = open;
  }

  async lend(_cartridge: string | undefined, signal: AbortSignal | undefined): Promise<LentSession> {
    const session = new Session(await unlessAborted(this.#owner(), signal), this.#configuration, this.#context);
    return { session, giveBack: async () => undefined };
  }

  /** Lets the drive go, which closes it when no other provider uses it. */
  async close(): Promise<void> {
    const share = this.#share;
    this.#share = undefined;
    const opened = await share?.catch(() => undefined);
    if (opened === undefined) return;
    try {
      await clearKey(opened.owner, this.#configuration);
    } finally {
      await opened.release();
    }
  }

  async #owner(): Promise<DriveOwner> {
    this.#share ??= shareDrive(this.device, this.#open);
    const share = this.#share;
    try {
      return (await share).owner;
    } catch (error) {
      if (this.#share === share) this.#share = undefined;
      throw error;
    }
  }
}
