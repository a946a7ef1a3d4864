import type { Readiness } from '../../../tape/reports/readiness.js';
import { parseSeconds } from '../../input/numbers.js';
import { withWaiting } from '../../output/progress.js';
import { formatDuration } from '../../output/units.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { interruptibleOn } from '../../run/interrupted-drive.js';

interface WaitFlags extends DeviceOptions {
  readonly timeout?: string;
}

const MILLISECONDS = 1000;

/** Waits while the drive loads, calibrates, formats or erases, and shows how far the drive says it is. */
export function wait({ timeout, ...options }: WaitFlags) {
  const timeoutMs = timeout === undefined ? undefined : Math.round(parseSeconds(timeout) * MILLISECONDS);
  return withDrive(
    options,
    async (drive) => {
      const begun = performance.now();
      let latest: Readiness | undefined;
      const onProgress = (readiness: Readiness) => {
        latest = readiness;
      };
      const shown = { label: 'waiting', share: () => latest?.progress, why: () => latest?.sense?.text };
      await withWaiting(shown, () =>
        interruptibleOn(drive, ({ signal }) => drive.waitUntilReady({ timeoutMs, onProgress, signal })),
      );
      const seconds = Math.round(performance.now() - begun) / MILLISECONDS;
      return {
        document: { device: drive.device, state: 'ready', seconds },
        text: `ready after ${formatDuration(seconds)}`,
      };
    },
    READ_ONLY,
  );
}
