import { setTimeout as delay } from 'node:timers/promises';
import { LARGEST_COUNT, LONGEST_DELAY_MS, type NumberRange, requireNumbers } from '../arguments/number.js';
import type { CallOptions } from '../arguments/options.js';
import type { ScsiDevice } from '../device/scsi-device.js';
import { NotReadyError } from '../errors/index.js';
import { testUnitReady } from '../scsi/commands/primary.js';

/** How long to wait for something that an operator, a drive or the robot does. */
export interface LibraryWaitOptions extends CallOptions {
  /** Milliseconds until NotReadyError. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds between two polls; a second by default. */
  readonly intervalMs?: number | undefined;
}

export interface MailOptions extends LibraryWaitOptions {
  /** Wait for the operator: half an hour by default. */
  readonly wait?: boolean | undefined;
}

const RANGES: Readonly<Record<'timeoutMs' | 'intervalMs' | 'ejectAfterMs', NumberRange>> = {
  timeoutMs: { min: 0, max: LARGEST_COUNT, unit: 'milliseconds' },
  ejectAfterMs: { min: 0, max: LARGEST_COUNT, unit: 'milliseconds' },
  intervalMs: { min: 0, max: LONGEST_DELAY_MS, unit: 'milliseconds', fractions: true },
};
const SECOND_MS = 1000;
/** Proxmox Backup gives libraries as long to take their inventory after a reset. */
const READY_WITHIN_MS = 5 * 60 * SECOND_MS;
/** LOGICAL UNIT IS IN PROCESS OF BECOMING READY. */
const BECOMING_READY = { asc: 0x04, ascq: 0x01 };

/** Throws InvalidArgumentError. */
export function requireWaitOptions(
  options: LibraryWaitOptions & { readonly ejectAfterMs?: unknown },
  device: string,
): void {
  requireNumbers(options, RANGES, { device });
}

/** Looks again and again until `look` gives something. Rejects with NotReadyError, which says `what`, and the signal's reason. */
export async function waitFor<T>(
  device: string,
  what: string,
  look: () => Promise<T | undefined>,
  { timeoutMs = READY_WITHIN_MS, intervalMs = SECOND_MS, signal }: LibraryWaitOptions,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() >= end) throw new NotReadyError(what, { device, next: 'Wait and try again' });
    await delay(Math.min(intervalMs, Math.max(0, end - performance.now())), undefined, { signal }).catch(
      () => undefined,
    );
  }
}

/** Waits while the library takes its first inventory. Rejects with NotReadyError for every other reason at once. */
export async function libraryReady(device: ScsiDevice, options: LibraryWaitOptions = {}): Promise<void> {
  const isReady = async () => {
    const { error } = await device.execute(testUnitReady(), options);
    if (error === undefined) return true;
    const { asc, ascq } = error.sense ?? {};
    if (asc === BECOMING_READY.asc && ascq === BECOMING_READY.ascq) return undefined;
    throw error;
  };
  await waitFor(device.device, 'the library is still taking its inventory', isReady, options);
}
