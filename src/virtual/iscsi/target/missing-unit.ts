import {
  commandName,
  decodeCdb,
  encodeInquiry,
  encodeSense,
  INQUIRY,
  REPORT_LUNS,
  REQUEST_SENSE,
} from '../../../scsi/index.js';
import { sense } from '../../unit/check-condition.js';
import { checkCondition, good } from '../../unit/command-result.js';
import { type Execution, executionOf } from '../../unit/execution.js';
import { lunList, TARGET_INQUIRY } from '../../unit/target-facts.js';

// What a target answers for logical units that it does not have (SPC-5 6.6.2, SAM-5 5.11).

const NOT_SUPPORTED = sense('5/25/00');
/** The device server is not capable of supporting a device there; no type. */
const NOT_CAPABLE = { peripheralQualifier: 3, peripheralDeviceType: 0x1f };

/** The answer for a missing logical unit of a target that has `units` units, from LUN 0 on. */
export function missingUnit(cdb: Uint8Array, units: number): Execution {
  const dataIn = answerOf(cdb, units);
  return executionOf(dataIn ? good(dataIn) : checkCondition(NOT_SUPPORTED));
}

function answerOf(cdb: Uint8Array, units: number): Uint8Array | undefined {
  switch (commandName(cdb)) {
    case 'INQUIRY': {
      const { enableVpd, pageCode, allocationLength } = decodeCdb(INQUIRY, cdb);
      return enableVpd || pageCode !== 0 ? undefined : inquiry().subarray(0, allocationLength);
    }
    case 'REPORT LUNS':
      return lunList(units).subarray(0, decodeCdb(REPORT_LUNS, cdb).allocationLength);
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
