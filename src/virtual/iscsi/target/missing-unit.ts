import {
  commandName,
  decodeCdb,
  encodeInquiry,
  encodeSense,
  INQUIRY,
  REPORT_LUNS,
  REQUEST_SENSE,
} from '../../../scsi/index.js';
import { lunList, TARGET_INQUIRY } from '../../server/identity.js';
import { sense } from '../../unit/check-condition.js';
import { checkCondition, good } from '../../unit/command-result.js';
import { type Execution, executionOf } from '../../unit/execution.js';

// What a target answers for logical units that it does not have (SPC-5 6.6.2, SAM-5 5.11).

const NOT_SUPPORTED = sense('5/25/00');
/** The device server is not capable of supporting a device there; no type. */
const NOT_CAPABLE = { peripheralQualifier: 3, peripheralDeviceType: 0x1f };

/** Whether a LUN field names LUN 0, the drive: in peripheral or flat space addressing (SAM-5 4.7). */
export function isDrive(lun: string): boolean {
  return lun === '0000000000000000' || lun === '4000000000000000';
}

/** The answer of a logical unit that is not there. */
export function missingUnit(cdb: Uint8Array): Execution {
  const dataIn = answerOf(cdb);
  return executionOf(dataIn ? good(dataIn) : checkCondition(NOT_SUPPORTED));
}

function answerOf(cdb: Uint8Array): Uint8Array | undefined {
  switch (commandName(cdb)) {
    case 'INQUIRY': {
      const { enableVpd, pageCode, allocationLength } = decodeCdb(INQUIRY, cdb);
      return enableVpd || pageCode !== 0 ? undefined : inquiry().subarray(0, allocationLength);
    }
    case 'REPORT LUNS':
      return lunList().subarray(0, decodeCdb(REPORT_LUNS, cdb).allocationLength);
    case 'REQUEST SENSE': {
      const { descriptorFormat, allocationLength } = decodeCdb(REQUEST_SENSE, cdb);
      return encodeSense(NOT_SUPPORTED, { descriptor: descriptorFormat }).subarray(0, allocationLength);
    }
    default:
      return undefined;
  }
}

function inquiry(): Uint8Array {
  return encodeInquiry({
    ...TARGET_INQUIRY,
    ...NOT_CAPABLE,
    removableMedium: false,
    vendor: '',
    product: '',
    revision: '',
    versionDescriptors: [],
  });
}
