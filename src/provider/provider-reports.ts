import { requireNumbers } from '../arguments/number.js';
import { CALL_OPTIONS, type CallOptions, requireOptions } from '../arguments/options.js';
import { unlessAborted } from '../arguments/signal.js';
import { traceMethods } from '../device/operation-log.js';
import type { WaitOptions } from '../tape/motion/wait-until-ready.js';
import type { Health } from '../tape/reports/health/health.js';
import { proveIdentity } from './label/identify.js';
import { requireText } from './label/label-archive.js';
import { type DriveMonitor, monitorOf } from './monitor/drive-monitor.js';
import {
  type DriveInfo,
  driveInfo,
  type IsRegistered,
  type LiveInfo,
  liveInfo,
  unreachable,
} from './monitor/live-info.js';
import type { Freshness, MamInfo } from './monitor/mam-info.js';
import { failedStatus, type OnlineStatus } from './monitor/online-status.js';
import { readPosition, type TapePosition } from './monitor/position.js';
import { type CachedLiveInfo, cachedLiveInfo, remember } from './monitor/seen-drives.js';
import { readUtilization, type Utilization } from './monitor/utilization.js';
import { type TapeEvent, WATCH_RANGES, type WatchOptions, watchTape } from './monitor/watch.js';
import { OPTIONS_TO } from './option-tables.js';
import type { CartridgeChoice, ForceOptions } from './provider-options.js';
import type { ProviderConfiguration } from './session/configuration-schema.js';
import type { Connection } from './session/connection.js';
import type { Session } from './session/session.js';
import { readWriteProtection, type WriteProtection } from './session/write-protection.js';

/** What a provider reports of its drive and the cartridge in it. Only `proveCartridge` moves the tape. */
export abstract class ProviderReports {
  readonly configuration: ProviderConfiguration;
  readonly #isRegistered: IsRegistered;
  readonly #connection: Connection;

  protected constructor(configuration: ProviderConfiguration, connection: Connection, isRegistered: IsRegistered) {
    this.configuration = configuration;
    this.#connection = connection;
    this.#isRegistered = isRegistered;
  }

  /**
   * Proves that the cartridge is `id`, and resolves with the name on its label, whichever of its names `id` is: `ABC001`
   * and `ABC001L8` are one cartridge, and a catalogue knows it by the label. Rejects with LabelError for another one.
   */
  async proveCartridge(id: string, options: CallOptions = {}): Promise<string> {
    requireText(id);
    const prove = async (session: Session) => (await proveIdentity(session, id)).identity;
    return this.#connection.run('identifying', options, prove, { cartridge: id, names: CALL_OPTIONS });
  }

  /** Vendor, model, firmware and serial number; read once per drive. */
  getDriveInfo(options: CartridgeChoice = {}): Promise<DriveInfo> {
    return this.#connection.ask('drive information', options, ({ owner }) => driveInfo(owner));
  }

  /**
   * Cartridge memory, alerts and generation. When the drive fails and, without `force`, while a job moves the tape: the
   * last-known-good values.
   */
  getMamInfo(options: ForceOptions = {}): Promise<MamInfo & Freshness> {
    const { throttleMs } = this.configuration;
    const read = ({ owner }: Session) => monitorOf(owner).mamInfo(throttleMs, options.force ?? false);
    return this.#connection.ask('cartridge memory', options, read, OPTIONS_TO.force);
  }

  /**
   * State of drive and cartridge, read in one consistent pass. An unreachable drive is an answer, not an error. With
   * `force`, two commands ask for state and alerts; the cartridge memory is read again after any change that the drive
   * reports or this handle makes, and every 30 seconds: `tape.readAt` is when that was.
   */
  async getLiveInfo(options: ForceOptions = {}): Promise<LiveInfo> {
    const { throttleMs } = this.configuration;
    const { device } = this.#connection.details('status');
    return this.#look(
      options,
      (status) => remember(device, unreachable(status)),
      async (monitor) => {
        const info = await liveInfo(monitor, throttleMs, options.force ?? false, this.#isRegistered);
        const { forgetting } = monitor;
        return remember(device, info, { forgetting, times: forgetting.times });
      },
    );
  }

  /**
   * What `getLiveInfo` of any provider of this device reported last in this process; undefined before the first time.
   * Never asks the drive, and never waits.
   */
  cachedLiveInfo(): CachedLiveInfo | undefined {
    return cachedLiveInfo(this.#connection.details('status').device);
  }

  /** Events of the cartridge and the drive, found by polling; polling never moves the tape. */
  watch(options: WatchOptions = {}): AsyncGenerator<TapeEvent, void> {
    const details = this.#connection.details('watch');
    requireOptions(options, details, OPTIONS_TO.watch);
    requireNumbers(options, WATCH_RANGES, details);
    return watchTape(() => this.getLiveInfo({ force: true }), options);
  }

  checkOnline(options: ForceOptions = {}): Promise<OnlineStatus> {
    const maxAgeMs = options?.force ? 0 : this.configuration.throttleMs;
    return this.#look(
      options,
      (status) => status,
      (monitor) => monitor.online(maxAgeMs),
    );
  }

  /** Waits while the drive loads or calibrates, two hours by default; see `TapeDrive.waitUntilReady`. */
  waitReady(options: WaitOptions & CartridgeChoice = {}): Promise<void> {
    const wait = ({ drive }: Session) => {
      const { cartridge: _, ...how } = options;
      return drive.waitUntilReady(how);
    };
    return this.#connection.ask('waiting', options, wait, OPTIONS_TO.wait);
  }

  isWriteProtected(options: CartridgeChoice = {}): Promise<WriteProtection> {
    return this.#connection.ask('write protection', options, readWriteProtection);
  }

  /** How full the provider's partition is, with the capacity of all partitions; read from the drive now. */
  getUtilization(options: CartridgeChoice = {}): Promise<Utilization> {
    return this.#connection.ask('utilization', options, ({ drive }) => readUtilization(drive));
  }

  /** Errors, wear, cleaning and alerts of drive and cartridge, with a verdict and its reasons. */
  health(options: CartridgeChoice = {}): Promise<Health> {
    return this.#connection.ask('health', options, ({ drive }) => drive.health());
  }

  /** Where the tape stands. Rejects with NoMediumError without a cartridge. */
  position(options: CartridgeChoice = {}): Promise<TapePosition> {
    return this.#connection.ask('position', options, readPosition);
  }

  /** Releases the drive. The next call opens it again. */
  abstract close(): Promise<void>;

  /**
   * As `Connection.ask`, also for a drive that cannot be reached. A drive that is gone is opened again by the next
   * call, unless somebody works with it: what the drive tells them counts, not what one question was answered. In a
   * library it stays open too, since its robot and its other drives have not gone.
   */
  async #look<T extends OnlineStatus>(
    options: CartridgeChoice,
    failed: (status: OnlineStatus) => T,
    work: (monitor: DriveMonitor) => Promise<T>,
  ): Promise<T> {
    requireOptions(options, this.#connection.details('status'), OPTIONS_TO.force);
    const { signal } = options;
    const cartridge = this.#connection.cartridgeOf(options);
    const reached = await this.#connection.lend(cartridge, signal, { isQuestion: true }).catch(failedStatus);
    if (!('session' in reached)) return failed(reached);
    const asked = work(monitorOf(reached.session.owner)).finally(reached.giveBack);
    const status = await unlessAborted(asked, signal);
    const isUnused = reached.session.owner.isIdle && !this.#connection.bringsCartridges;
    if (status.state === 'offline' && isUnused) await this.close().catch(() => undefined);
    return status;
  }
}

/** For errors and events: the drive or the library of the configuration. */
export function deviceOf({ configuration: { devicePath, library } }: ProviderReports): string {
  return devicePath ?? library ?? '';
}

traceMethods({ name: 'LtoProvider', prototype: ProviderReports.prototype }, deviceOf, /^(cachedLiveInfo|watch)$/);
