import { decodeCdb, INQUIRY, LOG_SENSE, SECURITY_PROTOCOL_IN, VPD_PAGES } from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import type { Reply } from '../unit/command.js';

/** Length fields are this many bytes too small: 42h for 46h, and 3Ch for 40h. */
const SHORT = 4;
/** Shortest list with at least one distinguishable structure. */
const LEAST_LENGTH = 8;

type Shown = (reply: Reply, drive: Drive, cdb: Uint8Array) => Reply;

/** VPD page 83. */
export const shortVpdPage: Shown = (reply, _drive, cdb) => {
  const { enableVpd, pageCode } = decodeCdb(INQUIRY, cdb);
  return enableVpd && pageCode === VPD_PAGES.deviceIdentification ? shortened(reply, 2) : reply;
};

/** Every log page except the list of pages, which has no structures. */
export const shortLogPage: Shown = (reply, _drive, cdb) => {
  return decodeCdb(LOG_SENSE, cdb).page === 0 ? reply : shortened(reply, 2);
};

/** The pages of tape data encryption that consist of structures. */
export const shortSecurityPage: Shown = (reply, _drive, cdb) => {
  return STRUCTURED.has(decodeCdb(SECURITY_PROTOCOL_IN, cdb).page) ? shortened(reply, 2) : reply;
};

const STRUCTURED: ReadonlySet<number> = new Set([0x10, 0x20, 0x21]);

export const shortModeData: Shown = (reply) => shortened(reply, 0);

function shortened(reply: Reply, at: number): Reply {
  const { dataIn } = reply;
  if (dataIn === undefined || dataIn.length < at + 2) return reply;
  const shown = Buffer.from(dataIn);
  const length = shown.readUInt16BE(at);
  if (length < LEAST_LENGTH) return reply;
  shown.writeUInt16BE(length - SHORT, at);
  return { ...reply, dataIn: shown };
}
