import type { CommandName } from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import { type Access, isKeptOut } from '../drive/reservation-state.js';
import { ReservationConflict } from '../unit/check-condition.js';
import type { Request } from '../unit/command.js';

/** Access of commands under another initiator's reservation (SPC-5 5.14.4, SSC-5 4.2.17); others are refused. */
const ACCESS: Readonly<Partial<Record<CommandName, Access>>> = {
  'TEST UNIT READY': 'open',
  'REQUEST SENSE': 'open',
  INQUIRY: 'open',
  'REPORT LUNS': 'open',
  'READ BLOCK LIMITS': 'open',
  'LOG SENSE': 'open',
  'REPORT TIMESTAMP': 'open',
  'PERSISTENT RESERVE IN': 'open',
  // The command checks the initiator's rights itself.
  'PERSISTENT RESERVE OUT': 'open',
  'READ(6)': 'reading',
  REWIND: 'reading',
  'SPACE(6)': 'reading',
  'SPACE(16)': 'reading',
  'LOCATE(10)': 'reading',
  'LOCATE(16)': 'reading',
  'READ POSITION': 'reading',
  'READ ATTRIBUTE': 'reading',
  'REPORT DENSITY SUPPORT': 'reading',
};

const PREVENT_BITS = 0x03;

/** Throws ReservationConflict if another initiator's reservation refuses the command. */
export function requireNotReserved(drive: Drive, name: CommandName, { cdb, nexus }: Request): void {
  if (isKeptOut(drive.memory.reservation, nexus, accessOf(name, cdb))) throw new ReservationConflict();
}

function accessOf(name: CommandName, cdb: Uint8Array): Access {
  // Ending one's own prevention of removal does not affect the holder.
  const allows = name === 'PREVENT ALLOW MEDIUM REMOVAL' && ((cdb[4] ?? 0) & PREVENT_BITS) === 0;
  return allows ? 'open' : (ACCESS[name] ?? 'closed');
}
