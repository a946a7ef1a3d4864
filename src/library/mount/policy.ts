import { LARGEST_COUNT, requireNumbers } from '../../arguments/number.js';
import { requireCallback, requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError, type LtoErrorDetails } from '../../errors/index.js';
import type { TapeAlertFlag } from '../../scsi/log/tape-alert.js';

/** A drive, as a policy sees it. */
export interface MountDrive {
  /** Number of the drive in the library, from 1. */
  readonly number: number;
  readonly node: string;
  /** Barcode of the cartridge in it; `unknown` when its label can't be read. */
  readonly cartridge: string | undefined;
  /** The cartridge was in the drive already, and nobody has asked for it. */
  readonly foreign: boolean;
  /** Milliseconds since its last work ended, or Infinity before the first. */
  readonly idleMs: number;
}

/**
 * Decides which drive a cartridge is brought to, when it is put back, and when a drive is cleaned. Work for a cartridge
 * that is in a drive is always done there, so that no cartridge is put back for a job while work for it waits that came before.
 */
export interface MountPolicy {
  /**
   * How many jobs for a mounted cartridge may still begin in a drive that a job which came earlier waits for; then no more
   * do, and the drive changes hands when those under way have ended. Default: `MOST_OVERTAKING`.
   */
  readonly mostOvertaking?: number | undefined;
  /**
   * The drive for a cartridge, out of those that nobody uses; undefined to wait until another one is free. What is in
   * the drive is put back first.
   */
  choose(barcode: string, free: readonly MountDrive[]): MountDrive | undefined;
  /** Whether a cartridge goes back to its slot as soon as its last work has ended, and not only when its drive is needed. */
  putBackAtOnce(drive: MountDrive): boolean;
  /** Whether a drive is cleaned before the next cartridge is brought to it, by the TapeAlert flags that are set. */
  needsCleaning(drive: MountDrive, alerts: readonly TapeAlertFlag[]): boolean;
}

/** Cartridges are not changed for every job, and no job waits for ever. */
export const MOST_OVERTAKING = 16;

/** Throws InvalidArgumentError for what is no policy. */
export function requireMountPolicy(policy: unknown, details: LtoErrorDetails): void {
  requireRecord('mountPolicy', policy, details);
  const { mostOvertaking } = policy as Partial<MountPolicy>;
  requireNumbers({ mostOvertaking }, { mostOvertaking: { min: 0, max: LARGEST_COUNT, unit: 'jobs' } }, details);
  for (const name of ['choose', 'putBackAtOnce', 'needsCleaning'] as const) {
    const decision = (policy as Partial<MountPolicy>)[name];
    if (decision === undefined) throw new InvalidArgumentError(`the policy has no ${name}()`, details);
    requireCallback(name, decision, details);
  }
}

/** TapeAlert: clean now, clean periodic. */
const CLEANING_FLAGS: ReadonlySet<number> = new Set([20, 21]);

/**
 * Empty drives first, then the one that has been idle for longest, those with a cartridge that nobody has asked for last.
 * A cartridge stays where it is until its drive is needed. A drive that asks for cleaning is cleaned.
 */
export const DEFAULT_MOUNT_POLICY: MountPolicy = {
  choose: (_barcode, free) => free.toSorted((a, b) => rank(a) - rank(b) || b.idleMs - a.idleMs)[0],
  putBackAtOnce: () => false,
  needsCleaning: (_drive, alerts) => alerts.some(({ flag }) => CLEANING_FLAGS.has(flag)),
};

function rank({ cartridge, foreign }: MountDrive): number {
  if (cartridge === undefined) return 0;
  return foreign ? 2 : 1;
}
