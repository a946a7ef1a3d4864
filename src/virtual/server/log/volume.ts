import {
  encodeLogValues,
  type PartitionRecord,
  TAPE_CAPACITY,
  TAPE_USAGE,
  VOLUME_STATISTICS,
} from '../../../scsi/index.js';
import type { Cartridge } from '../../cartridge/cartridge.js';
import type { Drive } from '../../drive/drive.js';

const MB = 1e6;
const MIB = 2 ** 20;
/** What makers publish for cartridges from LTO-3 on. */
const RATED_LOADS = 20_000;

/** Log page 17 */
export function volumeStatistics(drive: Drive): Uint8Array {
  const { cartridge, memory } = drive;
  if (cartridge === undefined || !memory.loaded) return encodeLogValues(VOLUME_STATISTICS, { pageValid: false });
  const { medium, usage } = cartridge.memory;
  const partitions = partitionsOf(cartridge).map(({ partition, maximum, used }) => {
    return { partition, native: Math.floor(maximum / MB), used: Math.floor(used / MB) };
  });
  const total = (key: 'native' | 'used') => partitions.reduce((sum, partition) => sum + partition[key], 0);
  return encodeLogValues(VOLUME_STATISTICS, {
    pageValid: true,
    mounts: usage.loads,
    unrecoveredWriteErrors: usage.unrecoveredWriteErrors,
    unrecoveredReadErrors: usage.unrecoveredReadErrors,
    lastMountUnrecoveredWriteErrors: memory.uncorrectedErrors.write,
    lastMountUnrecoveredReadErrors: memory.uncorrectedErrors.read,
    lastMountMegabytesWritten: Math.floor(usage.bytesWrittenThisLoad / MB),
    lastMountMegabytesRead: Math.floor(usage.bytesReadThisLoad / MB),
    lifetimeMegabytesWritten: Math.floor(usage.bytesWritten / MB),
    lifetimeMegabytesRead: Math.floor(usage.bytesRead / MB),
    nativeCapacity: total('native'),
    usedNativeCapacity: total('used'),
    applicationDesignCapacity: total('native'),
    lifetimeRemaining: Math.max(0, 100 - Math.ceil((100 * usage.loads) / RATED_LOADS)),
    stopWritesForward: 0,
    stopWritesBackward: 0,
    serialNumber: medium.serial,
    barcode: medium.barcode,
    manufacturer: medium.manufacturer,
    writeProtected: medium.writeProtected,
    worm: medium.kind === 'worm',
    temperatureExceeded: false,
    firstEncrypted: places(cartridge, ({ firstEncrypted }) => firstEncrypted),
    firstUnencryptedAfter: places(cartridge, ({ firstPlainAfter }) => firstPlainAfter),
    nativeCapacityOfPartitions: partitions.map(({ partition, native }) => ({ partition, count: native })),
    usedNativeCapacityOfPartitions: partitions.map(({ partition, used }) => ({ partition, count: used })),
    remainingNativeCapacityOfPartitions: partitions.map(({ partition, native, used }) => {
      return { partition, count: native - used };
    }),
  });
}

/** Log page 30 */
export function tapeUsage({ cartridge }: Drive): Uint8Array {
  if (cartridge === undefined) return encodeLogValues(TAPE_USAGE, {});
  const { loads, unrecoveredWriteErrors, unrecoveredReadErrors } = cartridge.memory.usage;
  return encodeLogValues(TAPE_USAGE, { mounts: loads, unrecoveredWriteErrors, unrecoveredReadErrors });
}

/** Log page 31, which has room for two partitions. */
export function tapeCapacity({ cartridge, memory }: Drive): Uint8Array {
  if (cartridge === undefined || !memory.loaded) return encodeLogValues(TAPE_CAPACITY, {});
  const [main, alternate] = partitionsOf(cartridge).map(({ maximum, used }) => {
    return { maximum: Math.floor(maximum / MIB), remaining: Math.floor((maximum - used) / MIB) };
  });
  return encodeLogValues(TAPE_CAPACITY, {
    mainRemaining: main?.remaining ?? 0,
    alternateRemaining: alternate?.remaining ?? 0,
    mainMaximum: main?.maximum ?? 0,
    alternateMaximum: alternate?.maximum ?? 0,
  });
}

type Encryption = ReturnType<ReturnType<Cartridge['image']>['encryption']>;

function places(cartridge: Cartridge, objectOf: (encryption: Encryption) => number | undefined): PartitionRecord[] {
  return [...cartridge.memory.partitions.keys()].map((partition) => {
    const count = objectOf(cartridge.image(partition).encryption());
    return count === undefined ? { partition, mark: 'all ones' } : { partition, count };
  });
}

/** Bytes; filemarks may go on past the maximum. */
function partitionsOf(cartridge: Cartridge) {
  return cartridge.memory.partitions.map((maximum, partition) => {
    const image = cartridge.image(partition);
    return { partition, maximum, used: Math.min(maximum, image.bytesBefore(image.objects)) };
  });
}
