import { InvalidArgumentError } from '../../../errors/index.js';
import { ERASE_CONFIRMATION } from '../../../tape/motion/erase-confirmation.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { askLine, hasTerminal } from '../../input/prompt.js';
import { facts } from '../../output/table.js';
import { formatBytes } from '../../output/units.js';
import type { CommandResult } from '../../run/action.js';
import { type DeviceOptions, withDrive } from '../../run/device.js';

interface FormatFlags extends DeviceOptions {
  readonly singlePartition?: boolean;
  readonly confirm?: string;
}

export async function format({ singlePartition, confirm, ...options }: FormatFlags): Promise<CommandResult> {
  if (!singlePartition) {
    throw new InvalidArgumentError('no format is given', {
      next: 'Give --single-partition for an ordinary tape',
    });
  }
  return withDrive(options, async (drive) => {
    await drive.waitUntilReady({ timeoutMs: 0 });
    const before = await cartridgeOf(drive);
    requireWords(drive, confirm ?? (await askedFor(before)));
    await drive.formatMedium({ confirm: ERASE_CONFIRMATION });
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

/** The confirmation as typed; undefined without a terminal. */
async function askedFor({ barcode, partitions }: Cartridge): Promise<string | undefined> {
  if (!hasTerminal()) return undefined;
  const what = `${barcode ?? 'the cartridge, which has no barcode,'} (${partitions} partition${partitions === 1 ? '' : 's'})`;
  return askLine(`This destroys everything on ${what}. Type "${ERASE_CONFIRMATION}" to go on: `);
}

function requireWords({ device }: TapeDrive, words: string | undefined): void {
  if (words === ERASE_CONFIRMATION) return;
  throw new InvalidArgumentError('this destroys everything on the cartridge and was not confirmed', {
    device,
    operation: 'format',
    next: `Check what is on it first, then give --confirm "${ERASE_CONFIRMATION}"`,
  });
}
