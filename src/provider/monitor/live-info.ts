import { NoMediumError } from '../../errors/index.js';
import type { DriveOwner } from '../session/drive-owner.js';
import type { DriveMonitor } from './drive-monitor.js';
import type { CartridgeIdentity, Freshness, MamInfo } from './mam-info.js';
import type { OnlineStatus } from './online-status.js';

/** Vendor, model, firmware and serial number of a drive. */
export interface DriveInfo {
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
  readonly serial: string | undefined;
}

/**
 * State of drive and cartridge at one time: no value is from before a change of the cartridge while another is from
 * after.
 */
export interface LiveInfo extends OnlineStatus {
  readonly at: Date;
  /** Undefined while the drive can't be reached. */
  readonly drive: DriveInfo | undefined;
  /** Undefined without a cartridge, or if nothing is known about it. */
  readonly tape: (MamInfo & Freshness) | undefined;
  readonly identity: CartridgeIdentity | undefined;
  /** The drive holds a cartridge that the catalogue does not know. */
  readonly needsRegistration: boolean;
  /** The job of this process that moves the tape now; undefined if there is none. */
  readonly job: string | undefined;
}

/** Whether the catalogue knows a cartridge. */
export type IsRegistered = (tape: MamInfo) => boolean | Promise<boolean>;

const MAX_PASSES = 4;
/** States in which there is a cartridge to ask about; a cleaning cartridge never becomes ready. */
const HAS_CARTRIDGE: ReadonlySet<OnlineStatus['state']> = new Set(['ready', 'not-ready']);

export async function driveInfo(owner: DriveOwner): Promise<DriveInfo> {
  const { vendor, product, revision, serialNumber } = await owner.identity();
  return { vendor, model: product, firmware: revision, serial: serialNumber };
}

/** One pass over drive and cartridge, made again when the cartridge changed meanwhile. */
export async function liveInfo(
  monitor: DriveMonitor,
  maxAgeMs: number,
  force: boolean,
  isRegistered: IsRegistered,
): Promise<LiveInfo> {
  const { owner } = monitor;
  for (let pass = 1; ; pass += 1) {
    const { mediumEpoch } = owner.drive;
    const drive = await driveInfo(owner);
    const status = await monitor.online(force ? 0 : maxAgeMs);
    const tape = HAS_CARTRIDGE.has(status.state) ? await tapeOf(monitor, maxAgeMs, force, status) : undefined;
    const needsRegistration = tape !== undefined && !(await isRegistered(tape));
    if (owner.drive.mediumEpoch !== mediumEpoch && pass < MAX_PASSES) continue;
    return described(status, { drive, tape, needsRegistration, job: owner.job });
  }
}

/** Explicit members: a spread would make a cached poll eight times as slow. */
function described(
  { online, state, progress, reason, holder }: OnlineStatus,
  { drive, tape, needsRegistration, job }: Pick<LiveInfo, 'drive' | 'tape' | 'needsRegistration' | 'job'>,
): LiveInfo {
  const at = new Date();
  const identity = tape?.identity;
  return { online, state, progress, reason, holder, at, drive, tape, identity, needsRegistration, job };
}

async function tapeOf(
  monitor: DriveMonitor,
  maxAgeMs: number,
  force: boolean,
  { state }: OnlineStatus,
): Promise<LiveInfo['tape']> {
  // READ ATTRIBUTE can take minutes while the tape moves: a job keeps what was known before it.
  const mayAsk = force && monitor.owner.job === undefined;
  try {
    return await monitor.mamInfo(maxAgeMs, mayAsk, force ? state === 'ready' : undefined);
  } catch (error) {
    if (error instanceof NoMediumError) return undefined;
    throw error;
  }
}

/** For a drive that can't be reached. */
export function unreachable(status: OnlineStatus): LiveInfo {
  return described(status, { drive: undefined, tape: undefined, needsRegistration: false, job: undefined });
}
