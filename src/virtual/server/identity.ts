import {
  decodeCdb,
  encodeBlockLimits,
  encodeInquiry,
  INQUIRY,
  READ_BLOCK_LIMITS,
  REPORT_LUNS,
  SEQUENTIAL_ACCESS_DEVICE,
} from '../../scsi/index.js';
import { MAX_RECORD_BYTES } from '../cartridge/tap-format.js';
import type { Drive } from '../drive/drive.js';
import { invalidFieldInCdb } from '../unit/check-condition.js';
import type { Request } from '../unit/command.js';
import { lunList, TARGET_INQUIRY } from '../unit/target-facts.js';
import { vpdPage } from './vpd.js';

/** INQUIRY */
export function inquiry(drive: Drive, { cdb }: Request): Uint8Array {
  const { enableVpd, pageCode, allocationLength } = decodeCdb(INQUIRY, cdb);
  const data = enableVpd ? vpdPage(drive, pageCode) : pageCode === 0 && standardInquiry(drive);
  if (!data) throw invalidFieldInCdb(2);
  return data.subarray(0, allocationLength);
}

/** Version descriptors: SAM-5, SPC-4, SSC-4, without a claim to an edition (SPC-5 table 151). */
const VERSION_DESCRIPTORS = [0x00a0, 0x0460, 0x0520];

function standardInquiry({ identity }: Drive): Uint8Array {
  const { vendor, product, revision } = identity;
  return encodeInquiry({
    ...TARGET_INQUIRY,
    peripheralQualifier: 0,
    peripheralDeviceType: SEQUENTIAL_ACCESS_DEVICE,
    removableMedium: true,
    vendor,
    product,
    revision,
    versionDescriptors: VERSION_DESCRIPTORS,
  });
}

/** READ BLOCK LIMITS */
export function readBlockLimits(_drive: Drive, { cdb }: Request): Uint8Array {
  if (decodeCdb(READ_BLOCK_LIMITS, cdb).maximumLogicalObjectIdentifier) throw invalidFieldInCdb(1);
  return encodeBlockLimits({ granularity: 0, maximumBlockLength: MAX_RECORD_BYTES, minimumBlockLength: 1 });
}

/** REPORT LUNS: there is one, unless the drive is in a library. */
export function reportLuns({ bay }: Drive, { cdb }: Request): Uint8Array {
  return lunList(bay?.units ?? 1).subarray(0, decodeCdb(REPORT_LUNS, cdb).allocationLength);
}
