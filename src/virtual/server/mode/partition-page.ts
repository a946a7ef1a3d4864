import {
  decodeModePage,
  decodePartitionSizes,
  encodeModePage,
  generationFacts,
  MEDIUM_PARTITION,
  withPartitionSizes,
} from '../../../scsi/index.js';
import type { Drive } from '../../drive/drive.js';
import { invalidFieldInParameterList } from '../../unit/check-condition.js';
import type { DrivePage } from './drive-page.js';

// Mode page 11: the current partitions, and those of the next FORMAT MEDIUM.

const REST = 0xffff;
/** The part that FDP and SDP give to each partition but the first. */
const FIXED_PART = 1 / 40;
const POWER_OF_TEN_UNITS = 3;
/** PSUM: bytes per unit; for 3, PARTITION UNITS determines them. */
const UNIT_BYTES = [1, 1e3, 1e6] as const;
const SIZES_OFFSET = MEDIUM_PARTITION.length;

export const PARTITION_PAGE: DrivePage = {
  pageCode: MEDIUM_PARTITION.page,
  subpageCode: MEDIUM_PARTITION.subpage,
  current,
  changeable: (drive) => {
    const bits = encodeModePage(MEDIUM_PARTITION, {
      additionalPartitionsDefined: 0xff,
      fixedDataPartitions: true,
      selectDataPartitions: true,
      initiatorDefinedPartitions: true,
      partitionSizeUnit: 3,
      partitionUnits: 0xf,
    });
    return withPartitionSizes(bits, Array<number>(mostPartitions(drive)).fill(REST));
  },
  completed,
  check: (drive, bytes) => {
    planOf(drive, bytes);
  },
  apply: (drive, bytes) => {
    drive.memory.partitionPlan = planOf(drive, bytes);
  },
};

function mostPartitions({ identity, cartridge }: Drive): number {
  if (cartridge?.memory.medium.kind === 'worm') return 1;
  return generationFacts(identity.generation)?.drive.details?.partitions ?? 1;
}

function current(drive: Drive): Uint8Array {
  const partitions = drive.memory.partitionPlan ?? drive.cartridge?.memory.partitions ?? [];
  const largest = Math.max(0, ...partitions);
  // Sizes have 16 bits, and real drives use gigabytes if possible.
  const partitionUnits = [9, 6, 3, 0].find((units) => largest / 10 ** units >= 1) ?? 0;
  const fields = {
    maximumAdditionalPartitions: mostPartitions(drive) - 1,
    additionalPartitionsDefined: Math.max(0, partitions.length - 1),
    initiatorDefinedPartitions: true,
    partitionSizeUnit: POWER_OF_TEN_UNITS,
    partitionOnFormat: true,
    mediumFormatRecognition: 3,
    partitionUnits,
  };
  const sizes = Array.from({ length: mostPartitions(drive) }, (_, partition) => {
    return Math.min(REST - 1, Math.floor((partitions[partition] ?? 0) / 10 ** partitionUnits));
  });
  return withPartitionSizes(encodeModePage(MEDIUM_PARTITION, fields), sizes);
}

/**
 * A page may end after the size of the last partition that it defines: Linux's `st` (MTMKPART) sends two sizes to
 * drives of LTO-6 and later, whose own page has four. The sizes left out are zero, which no partition can be.
 */
function completed(drive: Drive, bytes: Uint8Array): Uint8Array {
  const left = mostPartitions(drive) - (bytes.length - SIZES_OFFSET) / 2;
  if (bytes.length < SIZES_OFFSET || !Number.isInteger(left) || left <= 0) return bytes;
  return withPartitionSizes(bytes, [...decodePartitionSizes(bytes), ...Array<number>(left).fill(0)]);
}

/** Requested partition sizes in bytes. Throws CheckCondition for sizes that the cartridge cannot have. */
function planOf(drive: Drive, bytes: Uint8Array): readonly number[] | undefined {
  const page = decodeModePage(MEDIUM_PARTITION, bytes);
  const capacity = drive.requireReady().memory.medium.capacityBytes;
  const count = page.additionalPartitionsDefined + 1;
  if (count > mostPartitions(drive)) throw invalidFieldInParameterList(3);
  if (page.fixedDataPartitions || page.selectDataPartitions) return fixedPartitions(capacity, count);
  if (!page.initiatorDefinedPartitions) throw invalidFieldInParameterList(4);
  const unit = UNIT_BYTES[page.partitionSizeUnit] ?? 10 ** page.partitionUnits;
  const sizes = decodePartitionSizes(bytes).slice(0, count);
  const named = sizes.filter((size) => size !== REST).reduce((sum, size) => sum + size * unit, 0);
  const rests = sizes.filter((size) => size === REST).length;
  if (named > capacity || rests > 1 || sizes.includes(0)) throw invalidFieldInParameterList(SIZES_OFFSET);
  return sizes.map((size) => (size === REST ? capacity - named : size * unit));
}

function fixedPartitions(capacity: number, count: number): readonly number[] {
  const part = Math.floor(capacity * FIXED_PART);
  return [capacity - part * (count - 1), ...Array<number>(count - 1).fill(part)];
}
