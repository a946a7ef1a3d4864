import {
  DeviceNotFoundError,
  DriveBusyError,
  HardwareError,
  NoMediumError,
  TransportError,
} from '../../errors/index.js';
import type { Readiness } from '../../tape/reports/readiness.js';
import type { DriveOwner } from '../session/drive-owner.js';

/** Whether the drive can be used now. */
export interface OnlineStatus {
  /** True only with a ready medium. */
  readonly online: boolean;
  /**
   * `busy`: another program holds the drive, or the drive reports that it is busy. `offline`: the drive can't be
   * reached.
   */
  readonly state: Readiness['state'] | 'busy' | 'offline';
  /** 0 to 1; undefined if the drive reports no progress. */
  readonly progress: number | undefined;
  /** In words; undefined when it is online. */
  readonly reason: string | undefined;
  /** Id of the process that holds the drive, if it is busy and the holder is known. */
  readonly holder?: number | undefined;
}

/** TEST UNIT READY. What was known of the cartridge is dropped when it is gone. */
export async function readOnlineStatus(owner: DriveOwner): Promise<OnlineStatus> {
  const status = await owner.drive.readiness().then(statusOf, failedStatus);
  const gone = status.state === 'no-medium' || status.state === 'not-loaded' || status.state === 'offline';
  if (gone) await owner.forgetCartridge().catch(() => undefined);
  else await owner.noticeChanges();
  return status;
}

export function statusOf({ state, progress, sense }: Readiness): OnlineStatus {
  if (state === 'ready') return { online: true, state, progress: undefined, reason: undefined };
  return { online: false, state, progress, reason: sense?.text };
}

/** The status that an error of opening or asking stands for; errors that need an administrator are thrown on. */
export function failedStatus(error: unknown): OnlineStatus {
  const failed = { online: false, progress: undefined };
  if (error instanceof DriveBusyError) {
    return { ...failed, state: 'busy', reason: error.message, holder: error.holder };
  }
  if (error instanceof NoMediumError) return { ...failed, state: 'no-medium', reason: error.message };
  if (error instanceof DeviceNotFoundError || error instanceof TransportError || error instanceof HardwareError) {
    return { ...failed, state: 'offline', reason: error.message };
  }
  throw error;
}
