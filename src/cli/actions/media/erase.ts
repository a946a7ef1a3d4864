import type { LtoError } from '../../../errors/index.js';
import { confirmLoss, type LossOptions } from '../../input/confirm-loss.js';
import { withWaiting } from '../../output/progress.js';
import { type CatalogueOptions, withAnyCatalogue } from '../../run/catalogue.js';
import { type DeviceOptions, withDrive } from '../../run/device.js';
import { interruptibleMotion } from '../../run/interrupted-drive.js';
import { knownCartridge } from '../../transfer/cartridge-names.js';
import { tellLoss } from '../../transfer/losing.js';

interface EraseOptions extends DeviceOptions, LossOptions, CatalogueOptions {
  readonly long?: boolean;
}

const LONG = 'erasing the whole tape, which takes hours';

export function erase({ long = false, ...options }: EraseOptions) {
  return withAnyCatalogue(options, (catalogue) =>
    withDrive(options, async (drive) => {
      await confirmLoss(drive, { operation: 'erase', what: 'everything' }, options);
      const known = catalogue && (await knownCartridge(drive));
      let catalogueFailure: LtoError | undefined;
      await withWaiting({ label: long ? LONG : 'erasing' }, () =>
        interruptibleMotion(drive, async (signal) => {
          await drive.rewind({ signal });
          // Whatever refuses comes before the catalogue forgets.
          await drive.requireOverwritable({ signal });
          await drive.rewind({ signal });
          catalogueFailure = await tellLoss(catalogue, known);
          await drive.erase({ long, signal });
          await drive.rewind();
        }),
      );
      return { document: { device: drive.device, done: 'erase', long, catalogueFailure }, text: '' };
    }),
  );
}
