import { inquiry } from '../scsi/commands/primary.js';
import { decodeInquiry } from '../scsi/inquiry.js';
import { decodeSerialNumber } from '../scsi/vpd.js';
import type { DrivePort } from './drive-port.js';

/** Which drive this is. */
export interface DriveIdentity {
  readonly vendor: string;
  readonly product: string;
  /** Firmware. */
  readonly revision: string;
  /** Undefined where the drive has no page for it. */
  readonly serialNumber: string | undefined;
}

const VPD_SERIAL_NUMBER = 0x80;

/** INQUIRY and VPD page 80h. */
export async function readIdentity(port: DrivePort): Promise<DriveIdentity> {
  const { vendor, product, revision } = decodeInquiry((await port.query(inquiry())).data);
  const page = await port.queryIfSupported(inquiry({ vpdPage: VPD_SERIAL_NUMBER }));
  // Some drives answer GOOD with nothing, or with another page, where a page is not supported.
  const answered = page && page.data.length > 4 && page.data[1] === VPD_SERIAL_NUMBER;
  return { vendor, product, revision, serialNumber: answered ? decodeSerialNumber(page.data) : undefined };
}
