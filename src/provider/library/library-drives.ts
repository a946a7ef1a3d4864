import { unlessAborted } from '../../arguments/signal.js';
import { NoMediumError } from '../../errors/index.js';
import type { Mount } from '../../library/mount/mounts.js';
import { DEFAULT_MOUNT_POLICY, type MountPolicy } from '../../library/mount/policy.js';
import type { MountTerms } from '../../library/mount/request.js';
import { requireText } from '../label/label-archive.js';
import type { ProviderConfiguration } from '../session/configuration-schema.js';
import type { OpenDrive } from '../session/drive-owner.js';
import { Session, type SessionContext } from '../session/session.js';
import type { LendOptions, LentSession, SessionSource } from '../session/session-source.js';
import type { OwnedDrive } from './hold-owner.js';
import { type LibraryShare, type OnMountEvent, shareLibrary } from './share-library.js';

export interface LibraryDrivesOptions extends SessionContext {
  readonly open?: OpenDrive | undefined;
  readonly policy?: MountPolicy | undefined;
  readonly onEvent?: OnMountEvent | undefined;
}

/** The drives of a library: each piece of work is lent the one that its cartridge was brought to. */
export class LibraryDrives implements SessionSource {
  readonly device: string;
  readonly bringsCartridges = true;
  readonly #configuration: ProviderConfiguration;
  readonly #options: LibraryDrivesOptions;
  readonly #terms: MountTerms;
  #share: Promise<LibraryShare> | undefined;
  /** The cartridge of the last work. */
  #last: string | undefined;

  constructor(device: string, configuration: ProviderConfiguration, options: LibraryDrivesOptions) {
    this.device = device;
    this.#configuration = configuration;
    this.#options = options;
    this.#terms = { policy: options.policy ?? DEFAULT_MOUNT_POLICY, drives: configuration.drives };
  }

  /** Without a cartridge, the drive of the last work: NoMediumError once its cartridge was put back. */
  async lend(
    cartridge: string | undefined,
    signal: AbortSignal | undefined,
    { isQuestion = false }: LendOptions = {},
  ): Promise<LentSession> {
    if (cartridge !== undefined) requireText(cartridge);
    const { mounts } = await unlessAborted(this.#opened(), signal);
    if (cartridge === undefined) {
      const mount = this.#last === undefined ? undefined : await mounts.acquireMounted(this.#last, this.#terms);
      if (mount === undefined) throw this.#nothingMounted();
      return this.#lent(mount);
    }
    const mounted = isQuestion ? await mounts.acquireMounted(cartridge, this.#terms) : undefined;
    const mount = mounted ?? (await mounts.acquire(cartridge, this.#terms, signal));
    this.#last = cartridge;
    return this.#lent(mount);
  }

  /** Puts the cartridges back, when no other provider uses the library. */
  async close(): Promise<void> {
    const share = this.#share;
    this.#share = undefined;
    this.#last = undefined;
    const opened = await share?.catch(() => undefined);
    await opened?.release();
  }

  #lent({ held, drive, release }: Mount<OwnedDrive>): LentSession {
    const configuration = { ...this.#configuration, devicePath: drive.node };
    return { session: new Session(held.owner, configuration, this.#options), giveBack: release };
  }

  #nothingMounted(): NoMediumError {
    return new NoMediumError('no cartridge of the library is in a drive of this provider', {
      device: this.device,
      next: 'Call a method that names a cartridge first, as prepareForWrite and readArchive do',
    });
  }

  async #opened(): Promise<LibraryShare> {
    const { open, onEvent } = this.#options;
    this.#share ??= shareLibrary(this.device, { open, onEvent, cleaningLog: this.#configuration.cleaningLog });
    const share = this.#share;
    try {
      return await share;
    } catch (error) {
      if (this.#share === share) this.#share = undefined;
      throw error;
    }
  }
}
