import { confirmLoss, type LossOptions } from '../../input/confirm-loss.js';
import { withWaiting } from '../../output/progress.js';
import { type DeviceOptions, withDrive } from '../../run/device.js';
import { interruptibleMotion } from '../../run/interrupted-drive.js';

interface EraseOptions extends DeviceOptions, LossOptions {
  readonly long?: boolean;
}

const LONG = 'erasing the whole tape, which takes hours';

export function erase({ long = false, ...options }: EraseOptions) {
  return withDrive(options, async (drive) => {
    await confirmLoss(drive, { operation: 'erase', what: 'everything' }, options);
    await withWaiting({ label: long ? LONG : 'erasing' }, () =>
      interruptibleMotion(drive, async (signal) => {
        await drive.rewind({ signal });
        await drive.erase({ long, signal });
        await drive.rewind();
      }),
    );
    return { document: { device: drive.device, done: 'erase', long }, text: '' };
  });
}
