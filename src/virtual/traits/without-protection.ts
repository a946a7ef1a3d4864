import {
  CONTROL_DATA_PROTECTION,
  decodeCdb,
  decodeExtendedInquiry,
  decodeSupportedPages,
  encodeExtendedInquiry,
  encodeSupportedPages,
  INQUIRY,
  MODE_SENSE_10,
  VPD_PAGES,
} from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import type { Reply } from '../unit/command.js';

type Shown = (reply: Reply, drive: Drive, cdb: Uint8Array) => Reply;

const NO_SUCH_PAGE: Reply = { sense: { key: 5, asc: 0x24, ascq: 0, field: { inCdb: true, byte: 2 } } };

/** VPD page 86 reports no protection; page B5 is missing, also from the list of pages. */
export const vpdWithoutProtection: Shown = (reply, _drive, cdb) => {
  const { enableVpd, pageCode } = decodeCdb(INQUIRY, cdb);
  if (!enableVpd || reply.dataIn === undefined) return reply;
  if (pageCode === VPD_PAGES.logicalBlockProtection) return NO_SUCH_PAGE;
  const shown = pageWithoutProtection(pageCode, reply.dataIn);
  return shown ? { dataIn: shown.subarray(0, reply.dataIn.length) } : reply;
};

function pageWithoutProtection(pageCode: number, page: Uint8Array): Uint8Array | undefined {
  switch (pageCode) {
    case VPD_PAGES.supportedPages:
      return encodeSupportedPages(
        decodeSupportedPages(page).filter((code) => code !== VPD_PAGES.logicalBlockProtection),
      );
    case VPD_PAGES.extendedInquiry:
      return encodeExtendedInquiry({ ...decodeExtendedInquiry(page), supportedProtectionType: 0 });
    default:
      return undefined;
  }
}

/** Refuses the mode page that would enable it; a request for all pages at once still includes that page. */
export const modeWithoutProtection: Shown = (reply, _drive, cdb) => {
  const { pageCode, subpageCode } = decodeCdb(MODE_SENSE_10, cdb);
  const { page, subpage } = CONTROL_DATA_PROTECTION;
  return pageCode === page && subpageCode === subpage ? NO_SUCH_PAGE : reply;
};
