import { setTimeout as delay } from 'node:timers/promises';
import { LARGEST_COUNT, LONGEST_DELAY_MS, requireNumbers } from '../../arguments/number.js';
import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireOptions } from '../../arguments/options.js';
import { NoMediumError, NotReadyError } from '../../errors/index.js';
import type { DrivePort } from '../port/drive-port.js';
import { readSense } from '../reports/drive-reports.js';
import { type Readiness, readReadiness, requireReady } from '../reports/readiness.js';

export interface WaitOptions extends CallOptions {
  /** Milliseconds; default two hours, the longest first load of an LTO-9 cartridge. */
  readonly timeoutMs?: number | undefined;
  /** Called after each poll that finds the drive not ready. */
  readonly onProgress?: ((readiness: Readiness) => void) | undefined;
  /** Milliseconds between two polls; default one second. */
  readonly intervalMs?: number | undefined;
}

const TWO_HOURS_MS = 2 * 60 * 60 * 1000;
const SECOND_MS = 1000;
export const WAIT_OPTIONS: OptionNames<WaitOptions> = {
  ...CALL_OPTIONS,
  timeoutMs: true,
  onProgress: true,
  intervalMs: true,
};
const RANGES = {
  timeoutMs: { min: 0, max: LARGEST_COUNT, unit: 'milliseconds' },
  intervalMs: { min: 0, max: LONGEST_DELAY_MS, unit: 'milliseconds', fractions: true },
};
const ASC_NOT_READY = 0x04;
const ASCQ_CAUSE_NOT_REPORTABLE = 0x00;

/**
 * Waits while the drive loads, calibrates, formats or erases. Rejects with NoMediumError if there is no cartridge to
 * wait for, with NotReadyError if the drive reports that waiting does not help or the time is up, and with the signal's
 * reason.
 */
export async function waitUntilReady(port: DrivePort, options: WaitOptions = {}): Promise<void> {
  const details = { device: port.device, operation: 'wait until ready' };
  requireOptions(options, details, WAIT_OPTIONS);
  requireNumbers(options, RANGES, details);
  const { timeoutMs = TWO_HOURS_MS, signal, onProgress, intervalMs = SECOND_MS } = options;
  const end = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const readiness = await readProgress(port);
    if (readiness.state === 'ready') return requireReady(port);
    requireHope(port, readiness);
    onProgress?.(readiness);
    if (performance.now() >= end) throw timeUp(port, readiness, timeoutMs);
    await delay(Math.min(intervalMs, Math.max(0, end - performance.now())), undefined, { signal });
  }
}

/** Some drives report progress only in REQUEST SENSE. */
async function readProgress(port: DrivePort): Promise<Readiness> {
  const readiness = await readReadiness(port);
  if (readiness.state !== 'becoming-ready' || readiness.progress !== undefined) return readiness;
  return { ...readiness, progress: (await readSense(port))?.progress };
}

function requireHope(port: DrivePort, { state, sense }: Readiness): void {
  const details = { device: port.device, operation: 'wait until ready', sense };
  if (state === 'no-medium')
    throw new NoMediumError('there is no cartridge in the drive', { ...details, next: 'Insert one' });
  if (state === 'not-loaded') {
    throw new NoMediumError('the cartridge is not loaded', { ...details, next: 'Load it with `lto load`' });
  }
  const unexplained = sense?.asc === ASC_NOT_READY && sense.ascq === ASCQ_CAUSE_NOT_REPORTABLE;
  if (state === 'becoming-ready' || unexplained) return;
  throw new NotReadyError('the drive needs an action before it becomes ready', {
    ...details,
    next: 'See `lto status`',
  });
}

function timeUp(port: DrivePort, { sense }: Readiness, timeoutMs: number): NotReadyError {
  return new NotReadyError(`the drive was not ready after ${Math.round(timeoutMs / SECOND_MS)} s`, {
    device: port.device,
    operation: 'wait until ready',
    sense,
    next: 'Wait longer: a first load of LTO-9 and later cartridges can take two hours',
  });
}
