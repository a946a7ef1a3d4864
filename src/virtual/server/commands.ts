import type { CommandName } from '../../scsi/index.js';
import { readAttribute, writeAttribute } from './attributes.js';
import type { Handler, MediumNeed } from './command.js';
import { reportDensitySupport } from './density.js';
import { inquiry, readBlockLimits, reportLuns, requestSense } from './identity.js';
import { loadUnload, preventAllow } from './load.js';
import { logSense } from './log.js';
import { modeSelect6, modeSelect10, modeSense6, modeSense10 } from './mode.js';
import { locate, locateLong, rewind, space, spaceLong } from './motion.js';
import { readPosition } from './position.js';
import { formatMedium, setCapacity } from './prepare.js';
import { reportSupportedCommands, reportTimestamp, setTimestamp } from './reports.js';
import { persistentReserveIn, persistentReserveOut } from './reservations.js';
import { erase, read, write, writeFilemarks } from './transfer.js';

interface Command {
  readonly needs: MediumNeed;
  readonly run: Handler;
  /** A waiting unit attention does not stop it (SPC-5 5.14). */
  readonly passesAttention?: boolean;
}

/** What the drive can do. */
export const COMMANDS: Readonly<Partial<Record<CommandName, Command>>> = {
  'TEST UNIT READY': { needs: 'ready', run: () => undefined },
  'REQUEST SENSE': { needs: 'none', run: requestSense, passesAttention: true },
  INQUIRY: { needs: 'none', run: inquiry, passesAttention: true },
  'REPORT LUNS': { needs: 'none', run: reportLuns, passesAttention: true },
  'READ BLOCK LIMITS': { needs: 'none', run: readBlockLimits },
  'READ(6)': { needs: 'ready', run: read },
  'WRITE(6)': { needs: 'ready', run: write },
  'WRITE FILEMARKS(6)': { needs: 'ready', run: writeFilemarks },
  'ERASE(6)': { needs: 'ready', run: erase },
  REWIND: { needs: 'ready', run: rewind },
  'SPACE(6)': { needs: 'ready', run: space },
  'SPACE(16)': { needs: 'ready', run: spaceLong },
  'LOCATE(10)': { needs: 'ready', run: locate },
  'LOCATE(16)': { needs: 'ready', run: locateLong },
  'READ POSITION': { needs: 'ready', run: readPosition },
  'READ ATTRIBUTE': { needs: 'present', run: readAttribute },
  'WRITE ATTRIBUTE': { needs: 'present', run: writeAttribute },
  'LOG SENSE': { needs: 'none', run: logSense },
  'MODE SENSE(6)': { needs: 'none', run: modeSense6 },
  'MODE SENSE(10)': { needs: 'none', run: modeSense10 },
  'MODE SELECT(6)': { needs: 'none', run: modeSelect6 },
  'MODE SELECT(10)': { needs: 'none', run: modeSelect10 },
  'REPORT DENSITY SUPPORT': { needs: 'none', run: reportDensitySupport },
  'LOAD UNLOAD': { needs: 'present', run: loadUnload },
  'PREVENT ALLOW MEDIUM REMOVAL': { needs: 'none', run: preventAllow },
  'FORMAT MEDIUM': { needs: 'ready', run: formatMedium },
  'SET CAPACITY': { needs: 'ready', run: setCapacity },
  'REPORT SUPPORTED OPERATION CODES': { needs: 'none', run: reportSupportedCommands(commandNames) },
  'REPORT TIMESTAMP': { needs: 'none', run: reportTimestamp },
  'SET TIMESTAMP': { needs: 'none', run: setTimestamp },
  'PERSISTENT RESERVE IN': { needs: 'none', run: persistentReserveIn },
  'PERSISTENT RESERVE OUT': { needs: 'none', run: persistentReserveOut },
};

function commandNames(): readonly CommandName[] {
  return Object.keys(COMMANDS) as CommandName[];
}
