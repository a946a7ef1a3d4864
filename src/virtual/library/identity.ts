import {
  asciiPad,
  concatBytes,
  decodeCdb,
  encodeDeviceIdentification,
  encodeInquiry,
  encodeSerialNumber,
  encodeSupportedPages,
  INQUIRY,
  MEDIUM_CHANGER,
  REPORT_LUNS,
  VPD_PAGES,
} from '../../scsi/index.js';
import { invalidFieldInCdb } from '../unit/check-condition.js';
import type { Request } from '../unit/command.js';
import { lunList, TARGET_INQUIRY } from '../unit/target-facts.js';
import type { Library } from './library.js';
import type { LibraryIdentity } from './library-record.js';

/** Version descriptors: SAM-5, SPC-4, SMC-3, without a claim to an edition (SPC-5 table 151). */
const VERSION_DESCRIPTORS = [0x00a0, 0x0460, 0x0480];
/** BARC of byte 55 (SMC-3): barcodes are read. */
const READS_BARCODES = { offset: 19, bits: 0x01 };
const ASCII = 2;

/** INQUIRY */
export function inquiry({ identity }: Library, { cdb }: Request): Uint8Array {
  const { enableVpd, pageCode, allocationLength } = decodeCdb(INQUIRY, cdb);
  const data = enableVpd ? vpdPage(identity, pageCode) : pageCode === 0 && standardInquiry(identity);
  if (!data) throw invalidFieldInCdb(2);
  return data.subarray(0, allocationLength);
}

function standardInquiry({ vendor, product, revision }: LibraryIdentity): Uint8Array {
  const vendorSpecific = new Uint8Array(20);
  vendorSpecific[READS_BARCODES.offset] = READS_BARCODES.bits;
  return encodeInquiry({
    ...TARGET_INQUIRY,
    vendorSpecific,
    peripheralQualifier: 0,
    peripheralDeviceType: MEDIUM_CHANGER,
    removableMedium: true,
    vendor,
    product,
    revision,
    versionDescriptors: VERSION_DESCRIPTORS,
  });
}

/** In ascending order of their codes, as page 00h lists them. */
const PAGES: ReadonlyMap<number, (identity: LibraryIdentity) => Uint8Array> = new Map<
  number,
  (identity: LibraryIdentity) => Uint8Array
>([
  [VPD_PAGES.supportedPages, () => encodeSupportedPages([...PAGES.keys()], MEDIUM_CHANGER)],
  [VPD_PAGES.unitSerialNumber, ({ serial }) => encodeSerialNumber(serial, 'unitSerialNumber', MEDIUM_CHANGER)],
  [VPD_PAGES.deviceIdentification, deviceIdentification],
]);

function vpdPage(identity: LibraryIdentity, code: number): Uint8Array | undefined {
  return PAGES.get(code)?.(identity);
}

function deviceIdentification({ vendor, product, serial }: LibraryIdentity): Uint8Array {
  const bytes = concatBytes(asciiPad(vendor, 8), asciiPad(product, 16), Buffer.from(serial, 'latin1'));
  const name = { association: 'logicalUnit', type: 't10Vendor', codeSet: ASCII, bytes } as const;
  return encodeDeviceIdentification([name], MEDIUM_CHANGER);
}

/** REPORT LUNS: the changer is LUN 0, the drives follow. */
export function reportLuns({ units }: Library, { cdb }: Request): Uint8Array {
  return lunList(units).subarray(0, decodeCdb(REPORT_LUNS, cdb).allocationLength);
}
