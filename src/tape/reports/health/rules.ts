import type { TapeAlertFlag } from '../../../scsi/log/tape-alert.js';
import type { HealthFacts } from './facts.js';

export type HealthVerdict = 'good' | 'attention' | 'bad';

/** Why a verdict is not `good`. */
export interface HealthReason {
  /** Stable code for programs: `tape-alert-20`, or the code of a rule. */
  readonly code: string;
  readonly verdict: Exclude<HealthVerdict, 'good'>;
  /** What is wrong. */
  readonly what: string;
  /** What to do. */
  readonly action: string;
}

/** One rule: returns what is wrong, or nothing. */
interface HealthRule extends Omit<HealthReason, 'what'> {
  readonly says: (facts: HealthFacts) => string | undefined;
}

/** Loads that the makers publish for cartridges from LTO-3 on. */
export const RATED_LOADS = 20_000;
const NEARLY = 0.8;
const FEW_CLEANINGS = 5;
/** Percent. */
const LITTLE_LIFE = 10;

const CLEAN = 'Clean the drive with a cleaning cartridge.';
const RETIRE = 'Copy what you need to another cartridge and retire this one.';
const COMPARE = 'Try another cartridge, then another drive, to find which of the two is at fault.';

// No rule judges corrected errors per gigabyte: every drive corrects all the time, and no maker publishes a limit.
const RULES: readonly HealthRule[] = [
  {
    code: 'cleaning-required',
    verdict: 'bad',
    says: ({ cleaning }) => when(cleaning.required, 'The drive must be cleaned before it can go on'),
    action: CLEAN,
  },
  {
    code: 'cleaning-requested',
    verdict: 'attention',
    says: ({ cleaning }) => when(cleaning.requested && !cleaning.required, 'The drive asks to be cleaned'),
    action: CLEAN,
  },
  {
    code: 'uncorrected-write-errors',
    verdict: 'bad',
    says: ({ writing }) => counted(writing.uncorrected, 'uncorrected errors while writing since the load'),
    action: COMPARE,
  },
  {
    code: 'uncorrected-read-errors',
    verdict: 'bad',
    says: ({ reading }) => counted(reading.uncorrected, 'uncorrected errors while reading since the load'),
    action: COMPARE,
  },
  {
    code: 'last-mount-errors',
    verdict: 'bad',
    says: ({ cartridge }) => counted(cartridge?.lastMountUnrecoveredErrors, 'unrecovered errors during the last mount'),
    action: COMPARE,
  },
  {
    code: 'cartridge-unrecovered-errors',
    verdict: 'attention',
    says: ({ cartridge }) => {
      const errors = (cartridge?.unrecoveredWriteErrors ?? 0) + (cartridge?.unrecoveredReadErrors ?? 0);
      return counted(errors, 'unrecovered errors in the life of the cartridge');
    },
    action: 'Verify what is on the cartridge; retire it when the number grows.',
  },
  {
    code: 'cartridge-worn-out',
    verdict: 'bad',
    says: ({ cartridge }) => loads(cartridge?.loads, RATED_LOADS, Number.POSITIVE_INFINITY),
    action: RETIRE,
  },
  {
    code: 'cartridge-worn',
    verdict: 'attention',
    says: ({ cartridge }) => loads(cartridge?.loads, RATED_LOADS * NEARLY, RATED_LOADS),
    action: 'Plan to replace the cartridge.',
  },
  {
    code: 'cartridge-life-over',
    verdict: 'bad',
    says: ({ cartridge }) =>
      when(
        cartridge?.lifeRemainingPercent === 0,
        'By the count of the drive, the useful life of the cartridge is over',
      ),
    action: RETIRE,
  },
  {
    code: 'cartridge-life-nearly-over',
    verdict: 'attention',
    says: ({ cartridge }) => {
      const left = cartridge?.lifeRemainingPercent ?? 100;
      return when(left > 0 && left <= LITTLE_LIFE, `The drive gives the cartridge ${left} % of its useful life`);
    },
    action: 'Plan to replace the cartridge.',
  },
  {
    code: 'cartridge-overheated',
    verdict: 'attention',
    says: ({ cartridge }) => when(cartridge?.temperatureExceeded, 'The tape was warmer than the maker recommends'),
    action: 'Check the air flow and temperature around the drive.',
  },
  {
    code: 'drive-overheated',
    verdict: 'attention',
    says: ({ drive }) => when(drive?.temperatureExceeded, 'The drive is or was warmer than the maker recommends'),
    action: 'Check the air flow and temperature around the drive.',
  },
  {
    code: 'cleaning-cartridge-used-up',
    verdict: 'attention',
    says: ({ cartridge }) => {
      const left = cartridge?.cleaningsLeft;
      if (left === undefined || left > FEW_CLEANINGS) return undefined;
      return `The cleaning cartridge is good for ${left} more cleanings`;
    },
    action: 'Have another cleaning cartridge ready.',
  },
];

/**
 * Flags about handling, not a fault: write protect, forced eject, cartridges that the drive cannot use. They are
 * critical for the job, but drive and cartridge are sound.
 */
const HANDLING: ReadonlySet<number> = new Set([9, 16, 22, 23]);
/** Unsupported format and nearing media life have severity I, but require action. */
const REASONS_TO_ACT: ReadonlySet<number> = new Set([12, 19]);

/** All reasons, the most severe first. */
export function healthReasons(facts: HealthFacts): HealthReason[] {
  const told = RULES.flatMap(({ says, ...rule }) => {
    const what = says(facts);
    return what === undefined ? [] : [{ ...rule, what }];
  });
  const alerts = (facts.alerts?.flags ?? []).flatMap(alertReason);
  return [...alerts, ...told].toSorted((a, b) => SEVERITY[b.verdict] - SEVERITY[a.verdict]);
}

const SEVERITY = { good: 0, attention: 1, bad: 2 } as const;

function alertReason({ flag, name, severity, meaning, action }: TapeAlertFlag): HealthReason[] {
  if (severity === 'I' && !REASONS_TO_ACT.has(flag)) return [];
  const verdict = severity === 'C' && !HANDLING.has(flag) ? 'bad' : 'attention';
  return [{ code: `tape-alert-${flag}`, verdict, what: `${meaning} (TapeAlert ${flag}, ${name})`, action }];
}

function when(condition: boolean | undefined, what: string): string | undefined {
  return condition ? what : undefined;
}

function counted(count: number | undefined, what: string): string | undefined {
  return count ? `${count} ${what}` : undefined;
}

function loads(count: number | undefined, from: number, below: number): string | undefined {
  if (count === undefined || count < from || count >= below) return undefined;
  return `The cartridge was loaded ${count} times; it is made for ${RATED_LOADS}`;
}
