import { inquiry } from '../../scsi/commands/primary.js';
import { PROTECTION_NAMES, type ProtectionName, protectionCode } from '../../scsi/protection/methods.js';
import { decodeExtendedInquiry, decodeProtectionMethods, VPD_PAGES } from '../../scsi/vpd/pages.js';
import type { DrivePort } from '../port/drive-port.js';

/**
 * The methods that a drive offers for reading and writing, the best first. VPD page 86h says whether there are any,
 * page B5h which; without page B5h it is the oldest, the Reed-Solomon CRC.
 */
export async function readProtectionMethods(port: DrivePort): Promise<readonly ProtectionName[]> {
  const extended = await port.told(inquiry({ vpdPage: VPD_PAGES.extendedInquiry }), decodeExtendedInquiry);
  if (extended?.supportedProtectionType === 0) return [];
  const methods = await port.told(inquiry({ vpdPage: VPD_PAGES.logicalBlockProtection }), decodeProtectionMethods);
  if (methods === undefined) return extended === undefined ? [] : ['reed-solomon'];
  const both = methods.filter(({ onWrite, onRead }) => onWrite && onRead);
  return PROTECTION_NAMES.filter((name) => both.some(({ method }) => method === protectionCode(name)));
}
