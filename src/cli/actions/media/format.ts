import { InvalidArgumentError } from '../../../errors/index.js';
import { ERASE_CONFIRMATION } from '../../../tape/motion/erase-confirmation.js';
import type { PartitionSize } from '../../../tape/motion/prepare-medium.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { confirmLoss, type LossOptions } from '../../input/confirm-loss.js';
import { parseSize } from '../../input/numbers.js';
import { withWaiting } from '../../output/progress.js';
import { facts } from '../../output/table.js';
import { formatBytes } from '../../output/units.js';
import { type DeviceOptions, withDrive } from '../../run/device.js';
import { interruptibleMotion } from '../../run/interrupted-drive.js';

interface FormatFlags extends DeviceOptions, LossOptions {
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
  return withDrive(options, async (drive) => {
    await confirmLoss(drive, { operation: 'format', what: 'everything' }, options);
    const before = await cartridgeOf(drive);
    await withWaiting({ label: 'formatting' }, () =>
      interruptibleMotion(drive, (signal) =>
        drive.formatMedium({ confirm: ERASE_CONFIRMATION, partitions: sizes, signal }),
      ),
    );
    const after = await cartridgeOf(drive);
    return {
      document: { ...after, partitionsBefore: before.partitions },
      text: facts([
        ['cartridge', before.barcode],
        ['partitions', `${after.partitions}, before ${before.partitions}`],
        ['capacity', after.nativeBytes && formatBytes(after.nativeBytes)],
      ]),
    };
  });
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
