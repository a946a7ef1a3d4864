import { readLogValues } from '../../device/log-pages.js';
import { TAPE_CAPACITY } from '../../scsi/log/counters.js';
import type { PartitionRecord } from '../../scsi/log/kinds.js';
import { VOLUME_STATISTICS } from '../../scsi/log/statistics.js';
import type { LogValues } from '../../scsi/log/values.js';
import type { DrivePort } from '../port/drive-port.js';
import { readPartitionList } from './attribute-lists.js';
import { readCartridgeMemory } from './cartridge-memory.js';
import { requireMedium } from './medium-presence.js';

/** `MAM`: attributes 0000h and 0001h. `several`: a sum of values from different sources. */
export type CapacitySource = 'MAM' | 'log page 17' | 'log page 31' | 'several';

export interface CapacityValue {
  /** Bytes without compression. The sources count in mebibytes (MAM, page 31) or in units of 10^6 bytes (page 17). */
  readonly bytes: number;
  readonly source: CapacitySource;
}

/** Capacity values; one that no source reports is undefined. */
export interface CapacityValues {
  /** Capacity of the format. */
  readonly native: CapacityValue | undefined;
  /** Capacity of this medium now. */
  readonly maximum: CapacityValue | undefined;
  /** From the end of the recorded data to the end of the partition. */
  readonly remaining: CapacityValue | undefined;
  /** From the beginning of the partition to the end of the recorded data. */
  readonly used: CapacityValue | undefined;
}

export interface PartitionCapacity extends CapacityValues {
  readonly partition: number;
}

export interface Capacity {
  /** Sums over all partitions. */
  readonly total: CapacityValues;
  readonly partitions: readonly PartitionCapacity[];
}

type Name = keyof CapacityValues;
type Figures = { readonly [N in Name]?: number | undefined };

/** The values of one source for each partition, in bytes. */
interface Told {
  readonly source: CapacitySource;
  readonly partitions: ReadonlyMap<number, Figures>;
}

const UNKNOWN: CapacityValues = { native: undefined, maximum: undefined, remaining: undefined, used: undefined };
const MB = 1e6;
const MIB = 2 ** 20;

/**
 * The capacity of the cartridge for each partition, from the cartridge memory, otherwise log page 17, otherwise page
 * 31. Rejects with NoMediumError if the drive is empty.
 */
export async function readCapacity(port: DrivePort): Promise<Capacity> {
  await requireMedium(port);
  const listed = await readPartitionList(port);
  const memory = await fromMemory(port, listed ?? [0]);
  const statistics = fromVolumeStatistics(await readLogValues(port, VOLUME_STATISTICS));
  const tapeCapacity = fromTapeCapacity(await readLogValues(port, TAPE_CAPACITY));
  const told = [memory, statistics, tapeCapacity];
  const numbers = listed ?? partitionsOf([statistics, tapeCapacity]);
  const partitions = numbers.map((partition) => ({ partition, ...valuesOf(told, partition) }));
  return { partitions, total: totalOf(partitions) };
}

/** The values of one partition; all undefined if no source lists it. */
export function partitionCapacity({ partitions }: Capacity, partition: number): CapacityValues {
  return partitions.find((each) => each.partition === partition) ?? UNKNOWN;
}

async function fromMemory(port: DrivePort, partitions: readonly number[]): Promise<Told> {
  const figures = new Map<number, Figures>();
  for (const partition of partitions) {
    const values = (await readCartridgeMemory(port, partition))?.values;
    const maximum = values?.maximumCapacity;
    const remaining = values?.remainingCapacity;
    figures.set(partition, { maximum, remaining, used: difference(maximum, remaining) });
  }
  return { source: 'MAM', partitions: figures };
}

/** SSC-5: the page has a field that says whether it is valid. */
function fromVolumeStatistics(values: LogValues<typeof VOLUME_STATISTICS> | undefined): Told {
  const figures = new Map<number, Figures>();
  const add = (records: readonly PartitionRecord[] | undefined, figureOf: (bytes: number) => Figures) => {
    for (const { partition, count } of records ?? []) {
      if (count !== undefined) figures.set(partition, { ...figures.get(partition), ...figureOf(count * MB) });
    }
  };
  if (values?.pageValid) {
    add(values.nativeCapacityOfPartitions, (bytes) => ({ native: bytes, maximum: bytes }));
    add(values.usedNativeCapacityOfPartitions, (used) => ({ used }));
    add(values.remainingNativeCapacityOfPartitions, (remaining) => ({ remaining }));
  }
  return { source: 'log page 17', partitions: figures };
}

function fromTapeCapacity(values: LogValues<typeof TAPE_CAPACITY> = {}): Told {
  const figures = new Map<number, Figures>();
  const add = (partition: number, maximumMiB: number | undefined, remainingMiB: number | undefined) => {
    if (!maximumMiB) return;
    const maximum = maximumMiB * MIB;
    const remaining = remainingMiB === undefined ? undefined : remainingMiB * MIB;
    figures.set(partition, { maximum, remaining, used: difference(maximum, remaining) });
  };
  add(0, values.mainMaximum, values.mainRemaining);
  add(1, values.alternateMaximum, values.alternateRemaining);
  return { source: 'log page 31', partitions: figures };
}

/** If the cartridge memory lists no partitions: those of the first log page that lists any. */
function partitionsOf(told: readonly Told[]): readonly number[] {
  const numbers = told.map(({ partitions }) => [...partitions.keys()]).find(({ length }) => length > 0) ?? [0];
  return numbers.toSorted((a, b) => a - b);
}

function valuesOf(told: readonly Told[], partition: number): CapacityValues {
  return eachValue((name) => {
    for (const { source, partitions } of told) {
      const bytes = partitions.get(partition)?.[name];
      if (bytes !== undefined) return { bytes, source };
    }
    return undefined;
  });
}

function totalOf(partitions: readonly CapacityValues[]): CapacityValues {
  return eachValue((name) => {
    const values = partitions.flatMap((values) => values[name] ?? []);
    const [first] = values;
    if (first === undefined || values.length < partitions.length) return undefined;
    const bytes = values.reduce((sum, value) => sum + value.bytes, 0);
    return { bytes, source: values.every(({ source }) => source === first.source) ? first.source : 'several' };
  });
}

function eachValue(find: (name: Name) => CapacityValue | undefined): CapacityValues {
  return {
    native: find('native'),
    maximum: find('maximum'),
    remaining: find('remaining'),
    used: find('used'),
  };
}

function difference(maximum: number | undefined, remaining: number | undefined): number | undefined {
  return maximum === undefined || remaining === undefined ? undefined : Math.max(0, maximum - remaining);
}
