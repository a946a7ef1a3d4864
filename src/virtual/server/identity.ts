import {
  decodeCdb,
  encodeBlockLimits,
  encodeInquiry,
  encodeSense,
  INQUIRY,
  READ_BLOCK_LIMITS,
  REPORT_LUNS,
  REQUEST_SENSE,
  SEQUENTIAL_ACCESS_DEVICE,
} from '../../scsi/index.js';
import { MAX_RECORD_BYTES } from '../cartridge/tap-format.js';
import type { Drive } from '../drive/drive.js';
import { CheckCondition, invalidFieldInCdb, sense } from '../unit/check-condition.js';
import type { Request } from '../unit/command.js';
import type { Nexus } from '../unit/nexus.js';
import { vpdPage } from './vpd.js';

/** INQUIRY */
export function inquiry(drive: Drive, { cdb }: Request): Uint8Array {
  const { enableVpd, pageCode, allocationLength } = decodeCdb(INQUIRY, cdb);
  const data = enableVpd ? vpdPage(drive.identity, pageCode) : pageCode === 0 && standardInquiry(drive);
  if (!data) throw invalidFieldInCdb(2);
  return data.subarray(0, allocationLength);
}

/** Version descriptors: SAM-5, SPC-4, SSC-4, without a claim to an edition (SPC-5 table 151). */
const VERSION_DESCRIPTORS = [0x00a0, 0x0460, 0x0520];
const SPC_4 = 6;

/** What standard INQUIRY data says of the target, whether there is a logical unit at the LUN or not. */
export const TARGET_INQUIRY = {
  version: SPC_4,
  hierarchicalSupport: false,
  responseDataFormat: 2,
  targetPortGroupSupport: 0,
  protect: false,
  multiPort: false,
  commandQueuing: false,
  vendorSpecific: new Uint8Array(0),
} as const;

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

/** REQUEST SENSE: what waits to be told, and takes it from the queue; else why the drive is not ready. */
export function requestSense(drive: Drive, { cdb, nexus }: Request): Uint8Array {
  const { descriptorFormat, allocationLength } = decodeCdb(REQUEST_SENSE, cdb);
  return encodeSense(pendingSense(drive, nexus), { descriptor: descriptorFormat }).subarray(0, allocationLength);
}

function pendingSense(drive: Drive, nexus: Nexus) {
  try {
    drive.reportAttention(nexus);
    drive.requireReady();
    return sense('0/00/00');
  } catch (condition) {
    if (condition instanceof CheckCondition) return condition.sense;
    throw condition;
  }
}

/** READ BLOCK LIMITS */
export function readBlockLimits(_drive: Drive, { cdb }: Request): Uint8Array {
  if (decodeCdb(READ_BLOCK_LIMITS, cdb).maximumLogicalObjectIdentifier) throw invalidFieldInCdb(1);
  return encodeBlockLimits({ granularity: 0, maximumBlockLength: MAX_RECORD_BYTES, minimumBlockLength: 1 });
}

/** REPORT LUNS: there is one, LUN 0 (SPC-5 6.33: list length, four reserved bytes, the LUN). */
export function reportLuns(_drive: Drive, { cdb }: Request): Uint8Array {
  return lunList().subarray(0, decodeCdb(REPORT_LUNS, cdb).allocationLength);
}

/** The list of logical units, which has LUN 0 only. */
export function lunList(): Uint8Array {
  const list = new Uint8Array(16);
  list[3] = 8;
  return list;
}
