import { type NumberRange, requireNumber } from '../../arguments/number.js';
import type { OptionNames } from '../../arguments/option-names.js';
import { type CallOptions, requireRecord } from '../../arguments/options.js';
import { readModeFields, sendModePage } from '../../device/mode-pages.js';
import { InvalidArgumentError, VerificationError } from '../../errors/index.js';
import { formatMedium, setCapacity } from '../../scsi/commands/transfer.js';
import { withChanges } from '../../scsi/mode/page.js';
import { MEDIUM_PARTITION } from '../../scsi/mode/pages.js';
import { withPartitionSizes } from '../../scsi/mode/partition-sizes.js';
import type { DrivePort } from '../port/drive-port.js';
import { requireReady } from '../reports/readiness.js';
import { CONFIRMED_OPTIONS, ERASE_CONFIRMATION, type EraseConfirmation } from './erase-confirmation.js';
import { rewind } from './partition.js';
import { permitWriting } from './write-permission.js';

// Operations that destroy everything on the cartridge.

/** Size in bytes, or `rest` for what the other partitions leave. */
export type PartitionSize = number | 'rest';

export interface FormatOptions extends EraseConfirmation {
  /** Sizes of the partitions from 0 on, exactly one of them `rest`. Default: one partition. */
  readonly partitions?: readonly PartitionSize[] | undefined;
  /** Waited for when only FORMAT MEDIUM itself can still be refused: what is on the cartridge is then lost. */
  readonly onEmptying?: (() => Promise<void>) | undefined;
}

export const FORMAT_OPTIONS: OptionNames<FormatOptions & CallOptions> = {
  ...CONFIRMED_OPTIONS,
  partitions: true,
  onEmptying: true,
};

/** FORMAT field of FORMAT MEDIUM. */
const ONE_PARTITION = 0;
const AS_MODE_PAGE = 1;
/** PSUM: partition sizes are in units of ten to the power of PARTITION UNITS bytes. */
const POWER_OF_TEN_UNITS = 3;
const LARGEST_UNITS = 9;
const REST = 0xffff;

/**
 * FORMAT MEDIUM with the partitions of mode page 11. The tape then stands at the beginning of partition 0. Rejects with
 * InvalidArgumentError before anything is sent, and with VerificationError if the partitions are not as requested.
 */
export async function formatCartridge(port: DrivePort, options: FormatOptions): Promise<void> {
  const details = { device: port.device, operation: 'FORMAT MEDIUM' };
  requireRecord('options', options, details);
  const { partitions = ['rest'], confirm, onEmptying } = options;
  if (!Array.isArray(partitions)) throw new InvalidArgumentError('partitions must be a list of sizes', details);
  requireConfirmation(port, 'FORMAT MEDIUM', confirm);
  const isOrdinary = partitions.length === 1 && hasOneRest(partitions);
  const layout = isOrdinary ? undefined : await partitionLayout(port, partitions);
  await atBeginning(port, 'FORMAT MEDIUM', async () => {
    // For LTO, the page alone changes nothing on the cartridge.
    if (layout !== undefined) await sendModePage(port, MEDIUM_PARTITION, layout);
    await onEmptying?.();
    await port.query(formatMedium({ format: layout === undefined ? ONE_PARTITION : AS_MODE_PAGE }));
  });
  await verifyPartitions(port, partitions.length);
}

/** Only after formatting: before it, drives differ in whether mode page 11 shows the old partitions or the new ones. */
async function verifyPartitions(port: DrivePort, wanted: number): Promise<void> {
  const page = await readModeFields(port, MEDIUM_PARTITION);
  if (page === undefined || page.additionalPartitionsDefined + 1 === wanted) return;
  throw new VerificationError(`the cartridge has ${page.additionalPartitionsDefined + 1} partitions, not ${wanted}`, {
    device: port.device,
    operation: 'FORMAT MEDIUM',
    next: 'Its old content is lost; format it again',
  });
}

/** CAPACITY PROPORTION VALUE counts parts of 65535. */
const PROPORTION: NumberRange = { min: 1 / 0xffff, max: 1, unit: 'parts of the capacity', fractions: true };

/**
 * SET CAPACITY: makes the drive use only a part of the tape, `proportion` from 1 / 65535 to 1, which shortens seek
 * times. The tape then stands at its beginning.
 */
export async function scaleCapacity(port: DrivePort, proportion: number, options: EraseConfirmation): Promise<void> {
  requireRecord('options', options, { device: port.device, operation: 'SET CAPACITY' });
  requireConfirmation(port, 'SET CAPACITY', options.confirm);
  requireNumber('proportion', proportion, PROPORTION, { device: port.device, operation: 'SET CAPACITY' });
  const capacityProportion = Math.round(proportion * 0xffff);
  await atBeginning(port, 'SET CAPACITY', () => port.query(setCapacity({ capacityProportion })));
}

function requireConfirmation(port: DrivePort, operation: string, confirm: string): void {
  if (confirm === ERASE_CONFIRMATION) return;
  throw new InvalidArgumentError('this destroys everything on the cartridge', {
    device: port.device,
    operation,
    next: `Identify the cartridge first, then give { confirm: '${ERASE_CONFIRMATION}' }`,
  });
}

/** The driver does not see commands that bypass it: rewinding before and after keeps its position correct. */
async function atBeginning(port: DrivePort, operation: string, work: () => Promise<unknown>): Promise<void> {
  await requireReady(port);
  await permitWriting(port, 'everything', operation);
  // FORMAT MEDIUM and SET CAPACITY work only at the beginning of partition 0 (SSC-5).
  await rewind(port);
  try {
    await work();
  } finally {
    port.noteChange({ extent: 'everything', why: 'the cartridge was formatted' });
  }
  await port.mt('MTREW');
}

/** What a list of sizes leaves over must have a partition, and only one. */
function hasOneRest(partitions: readonly PartitionSize[]): boolean {
  return partitions.filter((size) => size === 'rest').length === 1;
}

/** The fields of mode page 11 for the requested partitions. */
async function partitionLayout(port: DrivePort, partitions: readonly PartitionSize[]) {
  const current = await readModeFields(port, MEDIUM_PARTITION);
  const most = (current?.maximumAdditionalPartitions ?? 0) + 1;
  if (partitions.length > most || !hasOneRest(partitions)) {
    throw new InvalidArgumentError(`cannot make partitions of ${partitions.join(', ')}`, {
      device: port.device,
      next: `Name at most ${most} partitions, of which one is 'rest'`,
    });
  }
  const partitionUnits = unitsFor(port, partitions);
  const fields = {
    additionalPartitionsDefined: partitions.length - 1,
    fixedDataPartitions: false,
    selectDataPartitions: false,
    initiatorDefinedPartitions: true,
    partitionSizeUnit: POWER_OF_TEN_UNITS,
    partitionUnits,
  };
  const sizes = partitions.map((size) => (size === 'rest' ? REST : size / 10 ** partitionUnits));
  return (bytes: Uint8Array) => {
    const room = (bytes.length - MEDIUM_PARTITION.length) / 2;
    const padded = [...sizes, ...Array<number>(Math.max(0, room - sizes.length)).fill(0)];
    return withPartitionSizes(withChanges(MEDIUM_PARTITION, bytes, fields), padded);
  };
}

/** The largest power of ten that divides all sizes. */
function unitsFor(port: DrivePort, partitions: readonly PartitionSize[]): number {
  const sizes = partitions.filter((size) => size !== 'rest');
  for (let units = LARGEST_UNITS; units >= 0; units -= 1) {
    const counts = sizes.map((size) => size / 10 ** units);
    if (counts.every((count) => Number.isInteger(count) && count > 0 && count < REST)) return units;
  }
  throw new InvalidArgumentError(`partition sizes of ${sizes.join(', ')} bytes cannot be expressed in the mode page`, {
    device: port.device,
    next: 'Give whole gigabytes (multiples of 1000000000)',
  });
}
