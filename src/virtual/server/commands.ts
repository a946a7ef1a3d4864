import * as scsi from '../../scsi/index.js';
import type { Drive, MediumNeed } from '../drive/drive.js';
import type { Command } from '../unit/command.js';
import { requestSense } from '../unit/request-sense.js';
import { reportDensitySupport } from './density.js';
import { inquiry, readBlockLimits, reportLuns } from './identity.js';
import { logSense } from './log/log.js';
import { generateOrder, hasAccessOrder, hasWrapEnds, readEndOfWrap, receiveOrder } from './medium/access-order.js';
import { readAttribute, writeAttribute } from './medium/attributes.js';
import { loadUnload, preventAllow } from './medium/load.js';
import { locate, locateLong, rewind, space, spaceLong } from './medium/motion.js';
import { readPosition } from './medium/position.js';
import { formatMedium, setCapacity } from './medium/prepare.js';
import { erase, read, write, writeFilemarks } from './medium/transfer.js';
import { verify } from './medium/verify.js';
import { modeSelect6, modeSelect10, modeSense6, modeSense10 } from './mode/mode.js';
import { reportSupportedCommands, reportTimestamp, setTimestamp } from './reports.js';
import { persistentReserveIn, persistentReserveOut, RESERVE_IN_ACTIONS, RESERVE_OUT_ACTIONS } from './reservations.js';
import { securityProtocolIn, securityProtocolOut } from './security.js';

/** A command of the drive. */
export interface DriveCommand extends Command<Drive> {
  readonly needs: MediumNeed;
  /** Whether the drive has it; by default every drive does. */
  readonly isIn?: (drive: Drive) => boolean;
}

/** Commands of the drive. */
export const COMMANDS: Readonly<Partial<Record<scsi.CommandName, DriveCommand>>> = {
  'TEST UNIT READY': { layout: scsi.TEST_UNIT_READY, needs: 'ready', run: () => undefined },
  'REQUEST SENSE': { layout: scsi.REQUEST_SENSE, needs: 'none', run: requestSense, passesAttention: true },
  INQUIRY: { layout: scsi.INQUIRY, needs: 'none', run: inquiry, passesAttention: true },
  'REPORT LUNS': { layout: scsi.REPORT_LUNS, needs: 'none', run: reportLuns, passesAttention: true },
  'READ BLOCK LIMITS': { layout: scsi.READ_BLOCK_LIMITS, needs: 'none', run: readBlockLimits },
  'READ(6)': { layout: scsi.READ_6, needs: 'ready', run: read },
  'WRITE(6)': { layout: scsi.WRITE_6, needs: 'ready', run: write },
  'WRITE FILEMARKS(6)': { layout: scsi.WRITE_FILEMARKS_6, needs: 'ready', run: writeFilemarks },
  'VERIFY(6)': { layout: scsi.VERIFY_6, needs: 'ready', run: verify },
  'ERASE(6)': { layout: scsi.ERASE_6, needs: 'ready', run: erase },
  REWIND: { layout: scsi.REWIND, needs: 'ready', run: rewind },
  'SPACE(6)': { layout: scsi.SPACE_6, needs: 'ready', run: space },
  'SPACE(16)': { layout: scsi.SPACE_16, needs: 'ready', run: spaceLong },
  'LOCATE(10)': { layout: scsi.LOCATE_10, needs: 'ready', run: locate },
  'LOCATE(16)': { layout: scsi.LOCATE_16, needs: 'ready', run: locateLong },
  'READ POSITION': { layout: scsi.READ_POSITION, needs: 'ready', run: readPosition },
  'READ ATTRIBUTE': { layout: scsi.READ_ATTRIBUTE, needs: 'present', run: readAttribute },
  'WRITE ATTRIBUTE': { layout: scsi.WRITE_ATTRIBUTE, needs: 'present', run: writeAttribute },
  'LOG SENSE': { layout: scsi.LOG_SENSE, needs: 'none', run: logSense },
  'MODE SENSE(6)': { layout: scsi.MODE_SENSE_6, needs: 'none', run: modeSense6 },
  'MODE SENSE(10)': { layout: scsi.MODE_SENSE_10, needs: 'none', run: modeSense10 },
  'MODE SELECT(6)': { layout: scsi.MODE_SELECT_6, needs: 'none', run: modeSelect6 },
  'MODE SELECT(10)': { layout: scsi.MODE_SELECT_10, needs: 'none', run: modeSelect10 },
  'REPORT DENSITY SUPPORT': { layout: scsi.REPORT_DENSITY_SUPPORT, needs: 'none', run: reportDensitySupport },
  'LOAD UNLOAD': { layout: scsi.LOAD_UNLOAD, needs: 'present', run: loadUnload },
  'PREVENT ALLOW MEDIUM REMOVAL': { layout: scsi.PREVENT_ALLOW, needs: 'none', run: preventAllow },
  'FORMAT MEDIUM': { layout: scsi.FORMAT_MEDIUM, needs: 'ready', run: formatMedium },
  'SET CAPACITY': { layout: scsi.SET_CAPACITY, needs: 'ready', run: setCapacity },
  'REPORT SUPPORTED OPERATION CODES': {
    layout: scsi.REPORT_SUPPORTED_OPERATION_CODES,
    needs: 'none',
    run: reportSupportedCommands((drive) => Object.values(COMMANDS).filter(({ isIn }) => isIn?.(drive) ?? true)),
  },
  'READ END OF WRAP POSITION': {
    layout: scsi.READ_END_OF_WRAP_POSITION,
    needs: 'ready',
    run: readEndOfWrap,
    isIn: hasWrapEnds,
  },
  'GENERATE RECOMMENDED ACCESS ORDER': {
    layout: scsi.GENERATE_ACCESS_ORDER,
    needs: 'ready',
    run: generateOrder,
    isIn: hasAccessOrder,
  },
  'RECEIVE RECOMMENDED ACCESS ORDER': {
    layout: scsi.RECEIVE_ACCESS_ORDER,
    needs: 'ready',
    run: receiveOrder,
    isIn: hasAccessOrder,
  },
  'REPORT TIMESTAMP': { layout: scsi.REPORT_TIMESTAMP, needs: 'none', run: reportTimestamp },
  'SET TIMESTAMP': { layout: scsi.SET_TIMESTAMP, needs: 'none', run: setTimestamp },
  'SECURITY PROTOCOL IN': { layout: scsi.SECURITY_PROTOCOL_IN, needs: 'none', run: securityProtocolIn },
  'SECURITY PROTOCOL OUT': { layout: scsi.SECURITY_PROTOCOL_OUT, needs: 'none', run: securityProtocolOut },
  'PERSISTENT RESERVE IN': {
    layout: scsi.PERSISTENT_RESERVE_IN,
    needs: 'none',
    run: persistentReserveIn,
    serviceActions: RESERVE_IN_ACTIONS,
  },
  'PERSISTENT RESERVE OUT': {
    layout: scsi.PERSISTENT_RESERVE_OUT,
    needs: 'none',
    run: persistentReserveOut,
    serviceActions: RESERVE_OUT_ACTIONS,
  },
};
