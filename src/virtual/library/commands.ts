import * as scsi from '../../scsi/index.js';
import type { Command } from '../unit/command.js';
import { requestSense } from '../unit/request-sense.js';
import { inquiry, reportLuns } from './identity.js';
import { initializeElementStatus, initializeElementStatusWithRange, readElementStatus } from './inventory.js';
import type { Library } from './library.js';
import { logSense } from './log.js';
import { modeSense6, modeSense10 } from './mode.js';
import { exchangeMedium, moveMedium, openCloseImportExport, positionToElement, preventAllow } from './moves.js';

/** A command of the changer. */
export interface ChangerCommand extends Command<Library> {
  /** Requires a ready robot. */
  readonly needsRobot: boolean;
}

const ready = { needsRobot: true } as const;
const always = { needsRobot: false } as const;

/** Commands of the changer. */
export const CHANGER_COMMANDS: Readonly<Partial<Record<scsi.CommandName, ChangerCommand>>> = {
  'TEST UNIT READY': { ...ready, layout: scsi.TEST_UNIT_READY, run: () => undefined },
  'REQUEST SENSE': { ...always, layout: scsi.REQUEST_SENSE, run: requestSense, passesAttention: true },
  INQUIRY: { ...always, layout: scsi.INQUIRY, run: inquiry, passesAttention: true },
  'REPORT LUNS': { ...always, layout: scsi.REPORT_LUNS, run: reportLuns, passesAttention: true },
  'LOG SENSE': { ...always, layout: scsi.LOG_SENSE, run: logSense },
  'MODE SENSE(6)': { ...always, layout: scsi.MODE_SENSE_6, run: modeSense6 },
  'MODE SENSE(10)': { ...always, layout: scsi.MODE_SENSE_10, run: modeSense10 },
  'PREVENT ALLOW MEDIUM REMOVAL': { ...always, layout: scsi.PREVENT_ALLOW, run: preventAllow },
  'INITIALIZE ELEMENT STATUS': { ...ready, layout: scsi.INITIALIZE_ELEMENT_STATUS, run: initializeElementStatus },
  'INITIALIZE ELEMENT STATUS WITH RANGE': {
    ...ready,
    layout: scsi.INITIALIZE_ELEMENT_STATUS_WITH_RANGE,
    run: initializeElementStatusWithRange,
  },
  'READ ELEMENT STATUS': { ...ready, layout: scsi.READ_ELEMENT_STATUS, run: readElementStatus },
  'MOVE MEDIUM': { ...ready, layout: scsi.MOVE_MEDIUM, run: moveMedium },
  'EXCHANGE MEDIUM': { ...ready, layout: scsi.EXCHANGE_MEDIUM, run: exchangeMedium },
  'POSITION TO ELEMENT': { ...ready, layout: scsi.POSITION_TO_ELEMENT, run: positionToElement },
  'OPEN/CLOSE IMPORT/EXPORT ELEMENT': {
    ...ready,
    layout: scsi.OPEN_CLOSE_IMPORT_EXPORT,
    run: openCloseImportExport,
  },
};
