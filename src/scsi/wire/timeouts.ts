import { DETAILED_GENERATIONS } from '../generations/drives.js';
import type { GenerationTimeouts } from '../generations/row.js';
import type { CommandName } from './opcodes.js';

/**
 * Timeouts in seconds: a number if no generation is known to differ, otherwise the name of the value in the
 * generation's row. A timeout aborts the command and may lose the position, so these are limits for a dead drive, not
 * estimates.
 */
const TIMEOUT_SECONDS: Readonly<Record<CommandName, number | keyof GenerationTimeouts>> = {
  'TEST UNIT READY': 60,
  REWIND: 'rewind',
  'REQUEST SENSE': 60,
  'FORMAT MEDIUM': 'formatMedium',
  'READ BLOCK LIMITS': 60,
  'READ(6)': 'read',
  'WRITE(6)': 'write',
  'SET CAPACITY': 960,
  'WRITE FILEMARKS(6)': 'writeFilemarks',
  'SPACE(6)': 'space',
  INQUIRY: 60,
  'VERIFY(6)': 'verify',
  'MODE SELECT(6)': 180,
  'RESERVE(6)': 60,
  'RELEASE(6)': 60,
  'ERASE(6)': 'erase',
  'MODE SENSE(6)': 180,
  'LOAD UNLOAD': 'loadUnload',
  'RECEIVE DIAGNOSTIC RESULTS': 180,
  'SEND DIAGNOSTIC': 'sendDiagnostic',
  'PREVENT ALLOW MEDIUM REMOVAL': 180,
  'LOCATE(10)': 'locate',
  'READ POSITION': 180,
  'WRITE BUFFER': 'writeBuffer',
  'READ BUFFER': 'readBuffer',
  'REPORT DENSITY SUPPORT': 180,
  'LOG SELECT': 180,
  'LOG SENSE': 180,
  'MODE SELECT(10)': 180,
  'MODE SENSE(10)': 180,
  'PERSISTENT RESERVE IN': 180,
  'PERSISTENT RESERVE OUT': 180,
  'WRITE FILEMARKS(16)': 'writeFilemarks',
  'ALLOW OVERWRITE': 180,
  'READ(16)': 'read',
  'WRITE(16)': 'write',
  // Up to 132 s were seen on LTO-9; a timeout here has aborted a drive in the middle of a write.
  'READ ATTRIBUTE': 300,
  'WRITE ATTRIBUTE': 300,
  'SPACE(16)': 'space',
  'LOCATE(16)': 'locate',
  'ERASE(16)': 'erase',
  'REPORT LUNS': 60,
  'SECURITY PROTOCOL IN': 180,
  'REPORT SUPPORTED OPERATION CODES': 180,
  'READ END OF WRAP POSITION': 180,
  'RECEIVE RECOMMENDED ACCESS ORDER': 180,
  // It sorts thousands of places.
  'GENERATE RECOMMENDED ACCESS ORDER': 960,
  'REPORT TIMESTAMP': 180,
  'SET TIMESTAMP': 180,
  'SECURITY PROTOCOL OUT': 180,
  // A library scans every cartridge, which may take half an hour.
  'INITIALIZE ELEMENT STATUS': 3600,
  'INITIALIZE ELEMENT STATUS WITH RANGE': 3600,
  'OPEN/CLOSE IMPORT/EXPORT ELEMENT': 300,
  'POSITION TO ELEMENT': 300,
  // Two trips across the library, plus loading if the library waits for the drive.
  'MOVE MEDIUM': 1200,
  'EXCHANGE MEDIUM': 1800,
  'READ ELEMENT STATUS': 300,
};

/** Seconds by command; commands without a recommended timeout are absent. */
export type RecommendedTimeouts = Readonly<Partial<Record<CommandName, number>>>;

/**
 * Timeout in seconds for a drive of a generation; the longest of all generations if it is unknown. A timeout that the
 * drive recommends can only raise it, because aborting a command may lose the position.
 */
export function timeoutSeconds(name: CommandName, generation?: number, recommended: RecommendedTimeouts = {}): number {
  return Math.max(tabled(TIMEOUT_SECONDS[name], generation), recommended[name] ?? 0);
}

function tabled(time: number | keyof GenerationTimeouts, generation: number | undefined): number {
  if (typeof time === 'number') return time;
  const known = DETAILED_GENERATIONS.filter((facts) => facts.generation === generation);
  return Math.max(...(known.length > 0 ? known : DETAILED_GENERATIONS).map(({ timeouts }) => timeouts[time]));
}

/** `timeoutSeconds` in milliseconds. */
export function timeoutMs(name: CommandName, generation?: number, recommended?: RecommendedTimeouts): number {
  return timeoutSeconds(name, generation, recommended) * 1000;
}
