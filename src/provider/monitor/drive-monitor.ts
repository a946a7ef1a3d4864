import { NoMediumError } from '../../errors/index.js';
import type { DriveOwner } from '../session/drive-owner.js';
import { lastKnownGood } from './last-known-good.js';
import { type Freshness, type MamInfo, readMamInfo } from './mam-info.js';
import { type OnlineStatus, readOnlineStatus } from './online-status.js';
import { type Reading, SharedReading } from './shared-reading.js';

/** Readings of a drive for display, shared by all providers of the drive. */
export class DriveMonitor {
  readonly owner: DriveOwner;
  readonly forgetting = { times: 0 };
  readonly #online: SharedReading<OnlineStatus>;
  readonly #mam: SharedReading<MamInfo>;

  constructor(owner: DriveOwner) {
    this.owner = owner;
    this.#online = new SharedReading(async () => ({ value: await readOnlineStatus(owner), readAt: Date.now() }));
    this.#mam = new SharedReading(() => readMamInfo(owner));
    owner.onForgotten((drive) => {
      this.forgetting.times += 1;
      this.#mam.forget();
      this.#online.forget();
      lastKnownGood.drop(drive);
    });
  }

  async online(maxAgeMs: number): Promise<OnlineStatus> {
    return (await this.#online.get(maxAgeMs)).value;
  }

  /**
   * Cartridge information: read from the drive if older than `maxAgeMs`; last-known-good if the drive fails, or (unless
   * `force`) while a job moves the tape. Rejects with NoMediumError for an empty drive, and with the drive's error if
   * nothing is known. `isLoaded`: result of a TEST UNIT READY just sent, which saves another one.
   */
  async mamInfo(maxAgeMs: number, force: boolean, isLoaded?: boolean): Promise<MamInfo & Freshness> {
    const { owner } = this;
    await owner.noticeChanges();
    const drive = await owner.serial();
    const known = lastKnownGood.get(drive);
    if (known && owner.job !== undefined && !force) return report(known, `${owner.job} is under way`);
    try {
      const reading = await this.#mam.get(force ? 0 : maxAgeMs, () => readMamInfo(owner, isLoaded));
      lastKnownGood.put(drive, reading.value, reading.readAt);
      return report(reading, undefined);
    } catch (error) {
      // The failed command may have reported a change.
      await owner.noticeChanges();
      if (error instanceof NoMediumError) await owner.forgetCartridge();
      const left = lastKnownGood.get(drive);
      if (left === undefined) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      return report(left, left.imported ? `kept from before a restart; ${reason}` : reason);
    }
  }
}

const monitors = new WeakMap<DriveOwner, DriveMonitor>();

/** The one monitor of a drive. */
export function monitorOf(owner: DriveOwner): DriveMonitor {
  const known = monitors.get(owner);
  if (known !== undefined) return known;
  const monitor = new DriveMonitor(owner);
  monitors.set(owner, monitor);
  return monitor;
}

/** Explicit members: a spread would make a cached poll eight times as slow. */
function report({ value, readAt }: Reading<MamInfo>, stale: string | undefined): MamInfo & Freshness {
  const { available, values, attributes, alerts, generation, barcode, mediumSerial, identity } = value;
  return {
    available,
    values,
    attributes,
    alerts,
    generation,
    barcode,
    mediumSerial,
    identity,
    readAt: new Date(readAt),
    ageMs: Date.now() - readAt,
    stale,
  };
}
