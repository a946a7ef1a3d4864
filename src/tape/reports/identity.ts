import { decodeInquiry } from '../../scsi/commands/inquiry.js';
import { inquiry } from '../../scsi/commands/primary.js';
import { type Designator, decodeDeviceIdentification, designatorText } from '../../scsi/vpd/designators.js';
import {
  decodeExtendedInquiry,
  decodeProtectionMethods,
  decodeSequentialCapabilities,
  decodeSerialNumber,
  type ExtendedInquiry,
  type ProtectionMethod,
  VPD_PAGES,
} from '../../scsi/vpd/pages.js';
import type { DrivePort } from '../port/drive-port.js';

/** A designator of the drive, its port or its logical unit (VPD page 83h). */
export interface DriveName extends Pick<Designator, 'association' | 'type' | 'protocol'> {
  /** Hex digits of a binary name, the text of the others. */
  readonly name: string;
}

/** Identity of the drive. Values of pages that the drive does not have are undefined. */
export interface DriveIdentity {
  readonly vendor: string;
  readonly product: string;
  /** Firmware. */
  readonly revision: string;
  readonly serialNumber: string | undefined;
  /** Serial number of the mechanism; a library may give the drive another one. */
  readonly manufacturerSerialNumber: string | undefined;
  /** Serial number of the library, which the library sets in the drive. */
  readonly automationSerialNumber: string | undefined;
  /** World-wide names and the like. */
  readonly names: readonly DriveName[] | undefined;
  readonly wormCapable: boolean | undefined;
  /** Methods of logical block protection that the drive offers; empty if none. */
  readonly protectionMethods: readonly ProtectionMethod[] | undefined;
  readonly extendedInquiry: ExtendedInquiry | undefined;
}

/** Reads INQUIRY data and the vital product data pages 80h, 83h, 86h, B0h, B1h, B3h and B5h. */
export async function readIdentity(port: DrivePort): Promise<DriveIdentity> {
  const { vendor, product, revision } = decodeInquiry((await port.query(inquiry())).data);
  return {
    vendor,
    product,
    revision,
    serialNumber: await readSerial(port, 'unitSerialNumber'),
    manufacturerSerialNumber: await readSerial(port, 'manufacturerSerialNumber'),
    automationSerialNumber: await readSerial(port, 'automationSerialNumber'),
    names: (await readVpd(port, 'deviceIdentification', decodeDeviceIdentification))?.map(nameOf),
    wormCapable: await readWormCapability(port),
    protectionMethods: await readVpd(port, 'logicalBlockProtection', decodeProtectionMethods),
    extendedInquiry: await readVpd(port, 'extendedInquiry', decodeExtendedInquiry),
  };
}

/** Whether the drive supports WORM cartridges (VPD page B0h); undefined if it does not report it. */
export async function readWormCapability(port: DrivePort): Promise<boolean | undefined> {
  return (await readVpd(port, 'sequentialCapabilities', decodeSequentialCapabilities))?.worm;
}

/** Vendor, product and serial number, or the device name if the drive has none: INQUIRY and page 80h only. */
export async function readDriveName(port: DrivePort): Promise<readonly [string, string, string]> {
  const { vendor, product } = decodeInquiry((await port.query(inquiry())).data);
  return [vendor, product, (await readSerial(port, 'unitSerialNumber')) ?? port.device];
}

function nameOf(designator: Designator): DriveName {
  const { association, type, protocol } = designator;
  return { association, type, ...(protocol !== undefined && { protocol }), name: designatorText(designator) };
}

type SerialPage = 'unitSerialNumber' | 'manufacturerSerialNumber' | 'automationSerialNumber';

async function readSerial(port: DrivePort, page: SerialPage): Promise<string | undefined> {
  return (await readVpd(port, page, (bytes) => decodeSerialNumber(bytes, page))) || undefined;
}

/** Some drives answer with another page if a page is not supported. */
async function readVpd<T>(
  port: DrivePort,
  page: keyof typeof VPD_PAGES,
  decode: (bytes: Uint8Array) => T,
): Promise<T | undefined> {
  return port.told(inquiry({ vpdPage: VPD_PAGES[page] }), decode);
}
