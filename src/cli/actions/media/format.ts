import type { Catalogue } from '../../../catalogue/index.js';
import { InvalidArgumentError, type LtoError } from '../../../errors/index.js';
import { ERASE_CONFIRMATION } from '../../../tape/motion/erase-confirmation.js';
import type { PartitionSize } from '../../../tape/motion/prepare-medium.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { confirmLoss, type LossOptions } from '../../input/confirm-loss.js';
import { parseSize } from '../../input/numbers.js';
import { withWaiting } from '../../output/progress.js';
import { facts } from '../../output/table.js';
import { formatBytes } from '../../output/units.js';
import { type CatalogueOptions, withAnyCatalogue } from '../../run/catalogue.js';
import { type DeviceOptions, withDrive } from '../../run/device.js';
import { interruptibleMotion } from '../../run/interrupted-drive.js';
import { knownCartridge } from '../../transfer/cartridge-names.js';
import { tellLoss } from '../../transfer/losing.js';

interface FormatFlags extends DeviceOptions, LossOptions, CatalogueOptions {
  readonly singlePartition?: boolean;
  readonly partitions?: string;
}

export async function format({ singlePartition, partitions, ...options }: FormatFlags) {
  if ((singlePartition === undefined) === (partitions === undefined)) {
    throw new InvalidArgumentError('no format is given', {
      next: 'Give --single-partition for an ordinary tape, or --partitions',
    });
  }
  const sizes = partitions === undefined ? undefined : partitions.split(',').map(partitionSize);
  return withAnyCatalogue(options, (catalogue) =>
    withDrive(options, async (drive) => {
      await confirmLoss(drive, { operation: 'format', what: 'everything' }, options);
      const before = await cartridgeOf(drive);
      const catalogueFailure = await formatTelling(drive, catalogue, sizes);
      const after = await cartridgeOf(drive);
      return {
        document: { ...after, partitionsBefore: before.partitions, catalogueFailure },
        text: facts([
          ['cartridge', before.barcode],
          ['partitions', `${after.partitions}, before ${before.partitions}`],
          ['capacity', after.nativeBytes && formatBytes(after.nativeBytes)],
        ]),
      };
    }),
  );
}

/** Resolves with why the catalogue, if there is one, does not know that the cartridge is empty. */
async function formatTelling(
  drive: TapeDrive,
  catalogue: Catalogue | undefined,
  partitions: readonly PartitionSize[] | undefined,
): Promise<LtoError | undefined> {
  const known = catalogue && (await knownCartridge(drive));
  let failure: LtoError | undefined;
  const onEmptying = async () => {
    failure = await tellLoss(catalogue, known);
  };
  await withWaiting({ label: 'formatting' }, () =>
    interruptibleMotion(drive, (signal) =>
      drive.formatMedium({ confirm: ERASE_CONFIRMATION, partitions, onEmptying, signal }),
    ),
  );
  return failure;
}

function partitionSize(text: string): PartitionSize {
  return text.trim() === 'rest' ? 'rest' : parseSize(text);
}

interface Cartridge {
  readonly barcode: string | undefined;
  readonly partitions: number;
  readonly nativeBytes: number | undefined;
}

async function cartridgeOf(drive: TapeDrive): Promise<Cartridge> {
  const { partitions, total } = await drive.capacity();
  const barcode = (await drive.mam())?.values.barcode;
  return { barcode, partitions: partitions.length, nativeBytes: (total.native ?? total.maximum)?.bytes };
}
