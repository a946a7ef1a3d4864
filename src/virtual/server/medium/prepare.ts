import { decodeCdb, FORMAT_MEDIUM, SET_CAPACITY } from '../../../scsi/index.js';
import type { Cartridge } from '../../cartridge/cartridge.js';
import type { Drive } from '../../drive/drive.js';
import { CheckCondition, invalidFieldInCdb, sense } from '../../unit/check-condition.js';
import type { Request } from '../../unit/command.js';

/** FORMAT field of FORMAT MEDIUM. */
const FORMATS = { onePartition: 0, asModePage: 1, both: 2 } as const;
const WHOLE = 0xffff;

/** FORMAT MEDIUM */
export async function formatMedium(drive: Drive, { cdb }: Request): Promise<undefined> {
  const { format, transferLength } = decodeCdb(FORMAT_MEDIUM, cdb);
  if (format > FORMATS.both) throw invalidFieldInCdb(2);
  if (transferLength !== 0) throw invalidFieldInCdb(3);
  const cartridge = requireBlankable(drive);
  const { capacityBytes } = cartridge.memory.medium;
  const plan = drive.memory.partitionPlan ?? cartridge.memory.partitions;
  await cartridge.format(format === FORMATS.onePartition ? [capacityBytes] : plan);
  drive.memory.partitionPlan = undefined;
}

/** SET CAPACITY: 0 and FFFFh both mean the whole capacity (SSC-5 7.4). */
export async function setCapacity(drive: Drive, { cdb }: Request): Promise<undefined> {
  const { capacityProportion } = decodeCdb(SET_CAPACITY, cdb);
  const cartridge = requireBlankable(drive);
  if (cartridge.partitions > 1) throw new CheckCondition(sense('5/2c/00'));
  const proportion = (capacityProportion || WHOLE) / WHOLE;
  await cartridge.format([Math.max(1, Math.floor(cartridge.memory.medium.capacityBytes * proportion))]);
}

/** Both commands require the tape at the beginning of partition 0, and destroy all data. */
function requireBlankable(drive: Drive): Cartridge {
  const { partition, object } = drive.position;
  if (partition !== 0 || object !== 0) throw new CheckCondition(sense('5/3b/0c'));
  drive.requireErasable();
  return drive.requireReady();
}
