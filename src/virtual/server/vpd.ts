import { createHash } from 'node:crypto';
import {
  asciiPad,
  concatBytes,
  encodeDeviceIdentification,
  encodeElementAddress,
  encodeExtendedInquiry,
  encodeProtectionMethods,
  encodeSequentialCapabilities,
  encodeSerialNumber,
  encodeSupportedPages,
  encodeSupportedTapeAlerts,
  VPD_PAGES,
} from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import { protectionMethods } from '../drive/drive-protection.js';
import type { VirtualDriveIdentity } from '../drive/drive-record.js';
import { RAISED_ALERTS } from './log/tape-alerts.js';

const MAXIMUM_SENSE_BYTES = 252;
/** SPT of a sequential-access device that has logical block protection (SPC-5 7.7.7). */
const LOGICAL_BLOCK_PROTECTION_SUPPORTED = 1;
const EXTENDED_INQUIRY = {
  supportedProtectionType: LOGICAL_BLOCK_PROTECTION_SUPPORTED,
  maximumSenseLength: MAXIMUM_SENSE_BYTES,
};
const BINARY = 1;
const ASCII = 2;
/** Blanks, if no library has set its serial number in the drive. */
const NOT_IN_LIBRARY = ' '.repeat(16);

/** The vital product data pages of a drive, in ascending order of their codes, as page 00h lists them (SPC-5). */
const PAGES = new Map<number, (drive: Pick<Drive, 'identity' | 'bay'>) => Uint8Array | undefined>([
  [VPD_PAGES.supportedPages, (drive) => encodeSupportedPages(supportedPages(drive))],
  [VPD_PAGES.unitSerialNumber, ({ identity: { serial } }) => encodeSerialNumber(serial)],
  [VPD_PAGES.deviceIdentification, ({ identity }) => deviceIdentification(identity)],
  [VPD_PAGES.extendedInquiry, () => encodeExtendedInquiry(EXTENDED_INQUIRY)],
  [VPD_PAGES.sequentialCapabilities, () => encodeSequentialCapabilities({ tapeStreamMirroring: false, worm: true })],
  [
    VPD_PAGES.manufacturerSerialNumber,
    ({ identity: { serial } }) => encodeSerialNumber(serial, 'manufacturerSerialNumber'),
  ],
  [VPD_PAGES.tapeAlertFlags, () => encodeSupportedTapeAlerts(RAISED_ALERTS)],
  [
    VPD_PAGES.automationSerialNumber,
    ({ bay }) => encodeSerialNumber(bay?.librarySerial ?? NOT_IN_LIBRARY, 'automationSerialNumber'),
  ],
  [VPD_PAGES.elementAddress, ({ bay }) => bay && encodeElementAddress(bay.element)],
  [VPD_PAGES.logicalBlockProtection, ({ identity }) => encodeProtectionMethods(protectionMethods(identity.generation))],
]);

/** A vital product data page; undefined for one that the drive does not have. */
export function vpdPage(drive: Pick<Drive, 'identity' | 'bay'>, code: number): Uint8Array | undefined {
  return PAGES.get(code)?.(drive);
}

/** A drive that is in no library has no element address. */
function supportedPages({ bay }: Pick<Drive, 'bay'>): readonly number[] {
  return [...PAGES.keys()].filter((code) => bay !== undefined || code !== VPD_PAGES.elementAddress);
}

function deviceIdentification({ vendor, product, serial }: VirtualDriveIdentity): Uint8Array {
  const name = concatBytes(asciiPad(vendor, 8), asciiPad(product, 16), Buffer.from(serial, 'latin1'));
  return encodeDeviceIdentification([
    { association: 'logicalUnit', type: 't10Vendor', codeSet: ASCII, bytes: name },
    { association: 'logicalUnit', type: 'naa', codeSet: BINARY, bytes: locallyAssignedName(name) },
  ]);
}

/** An NAA locally assigned name (SPC-5 7.7.6.6.4): the first four bits are 3. */
function locallyAssignedName(name: Uint8Array): Uint8Array {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 8);
  bytes[0] = 0x30 | ((bytes[0] ?? 0) & 0x0f);
  return bytes;
}
