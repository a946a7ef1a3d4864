import {
  CONTROL_DATA_PROTECTION,
  decodeModePage,
  encodeModePage,
  LOGICAL_BLOCK_PROTECTION,
  PROTECTION_BYTES,
} from '../../../scsi/index.js';
import { hasProtection, NOT_PROTECTED } from '../../drive/drive-protection.js';
import { invalidFieldInParameterList } from '../../unit/check-condition.js';
import type { DrivePage } from './drive-page.js';

const METHOD_BYTE = 4;
const LENGTH_BYTE = 5;

/** Control data protection (SSC-5): each nexus has its own. */
export const PROTECTION_PAGE: DrivePage = {
  pageCode: CONTROL_DATA_PROTECTION.page,
  subpageCode: CONTROL_DATA_PROTECTION.subpage,
  current: (drive, nexus) => {
    const setting = drive.protectionOf(nexus);
    const informationLength = setting.method === LOGICAL_BLOCK_PROTECTION.none ? 0 : PROTECTION_BYTES;
    return encodeModePage(CONTROL_DATA_PROTECTION, { ...setting, informationLength });
  },
  changeable: () =>
    encodeModePage(CONTROL_DATA_PROTECTION, {
      method: 0xff,
      informationLength: 0x3f,
      onWrite: true,
      onRead: true,
      onRecoverBufferedData: true,
    }),
  check: ({ identity }, bytes) => {
    const { method, informationLength } = decodeModePage(CONTROL_DATA_PROTECTION, bytes);
    if (!hasProtection(identity.generation, method)) throw invalidFieldInParameterList(METHOD_BYTE);
    const isOff = method === LOGICAL_BLOCK_PROTECTION.none;
    if (!isOff && informationLength !== PROTECTION_BYTES) throw invalidFieldInParameterList(LENGTH_BYTE);
  },
  apply: (drive, bytes, nexus) => {
    const { informationLength: _, ...setting } = decodeModePage(CONTROL_DATA_PROTECTION, bytes);
    drive.protect(nexus, setting.method === LOGICAL_BLOCK_PROTECTION.none ? NOT_PROTECTED : setting);
  },
};
