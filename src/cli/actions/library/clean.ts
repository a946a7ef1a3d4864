import { setTimeout as delay } from 'node:timers/promises';
import { HardwareError, InvalidArgumentError } from '../../../errors/index.js';
import { type CleaningState, cleaningState } from '../../../library/drive-work.js';
import { TapeDrive } from '../../../tape/tape-drive.js';
import { parseSeconds } from '../../input/numbers.js';
import { askLine, hasTerminal } from '../../input/prompt.js';
import { withWaiting } from '../../output/progress.js';
import { facts } from '../../output/table.js';
import { type DeviceOptions, READ_ONLY, requireDevice } from '../../run/device.js';
import { InterruptedError, interruptible } from '../../run/interrupt.js';
import { clean as cleanInLibrary } from './library.js';

const MS_PER_SECOND = 1000;
const INTERVAL_MS = 1000;
/** A drive cleans itself in two to five minutes, and then ejects the cartridge. */
const EJECT_AFTER_MS = 5 * 60_000;

const PROBLEMS = {
  'cleaning-expired': 'the cleaning cartridge is worn out: the drive is not cleaned',
  'cleaning-refused': 'the drive does not accept this cleaning cartridge: it is not cleaned',
} as const;

/** Cleans a drive with a cartridge that an operator puts in, or with one of its library. */
interface CleanFlags extends DeviceOptions {
  readonly ejectAfter?: string;
  readonly cleaningLog?: string;
}

export async function clean({ library, ejectAfter, cleaningLog, ...options }: CleanFlags) {
  const device = requireDevice(options);
  const ejectAfterMs = ejectAfter === undefined ? EJECT_AFTER_MS : parseSeconds(ejectAfter) * MS_PER_SECOND;
  if (library !== undefined) {
    return cleanInLibrary({ ...options, library, cleaningLog }, device);
  }
  if (cleaningLog !== undefined) {
    throw new InvalidArgumentError('--cleaning-log counts the cartridges of a library', {
      next: 'Name the library with -l',
    });
  }
  await requireCleaner(device);
  const begun = performance.now();
  const state = await interruptible(async ({ signal, received }) => {
    try {
      return await withWaiting({ label: 'cleaning' }, () => cleaned(device, ejectAfterMs, signal));
    } catch (error) {
      const name = received();
      throw name ? new InterruptedError(name, { device, cause: error }) : error;
    }
  });
  const { uses, usesLeft } = state;
  const seconds = Math.round((performance.now() - begun) / MS_PER_SECOND);
  await eject(device);
  return {
    document: { device, seconds, uses, usesLeft },
    text: facts([
      ['cleaned', device],
      ['seconds', seconds],
      ['uses of the cartridge', uses],
      ['uses left', usesLeft],
    ]),
  };
}

/** Asks for a cleaning cartridge if the drive is empty. Rejects with InvalidArgumentError for a cartridge with data. */
async function requireCleaner(device: string): Promise<void> {
  for (;;) {
    const found = await inside(device);
    if (found === 'cleaning') return;
    if (found === 'other') {
      throw new InvalidArgumentError('the cartridge in the drive is no cleaning cartridge', {
        device,
        operation: 'clean',
        next: 'Eject it with `lto eject`, and put a cleaning cartridge in',
      });
    }
    if (!hasTerminal()) {
      throw new InvalidArgumentError('the drive is empty', {
        device,
        operation: 'clean',
        next: 'Put a cleaning cartridge in, or name a library that has one with -l',
      });
    }
    await askLine(`Put a cleaning cartridge into ${device} and press Enter: `);
  }
}

async function inside(device: string): Promise<'cleaning' | 'other' | 'nothing'> {
  const drive = await TapeDrive.open(device, READ_ONLY);
  try {
    const { state } = await drive.readiness();
    if (state === 'no-medium') return 'nothing';
    return (await drive.mediumFormat()).kind === 'cleaning' ? 'cleaning' : 'other';
  } finally {
    await drive.close();
  }
}

/** Polls until the drive has finished, or the time is over. Rejects with HardwareError if the drive did not clean. */
async function cleaned(device: string, ejectAfterMs: number, signal: AbortSignal): Promise<CleaningState> {
  const end = performance.now() + ejectAfterMs;
  let latest: CleaningState | undefined;
  for (;;) {
    const state = { ...latest, ...(await cleaningState(device)) };
    latest = state;
    const details = { device, operation: 'clean' };
    if (state.problem !== undefined) {
      throw new HardwareError(PROBLEMS[state.problem], { ...details, next: 'Use another cleaning cartridge' });
    }
    if (!state.isCleaning || performance.now() >= end) return state;
    await delay(INTERVAL_MS, undefined, { signal });
  }
}

/** Most drives eject a cleaning cartridge by themselves. */
async function eject(device: string): Promise<void> {
  if ((await inside(device)) === 'nothing') return;
  const drive = await TapeDrive.open(device, READ_ONLY);
  try {
    await drive.eject();
  } finally {
    await drive.close();
  }
}
