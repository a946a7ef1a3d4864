import type { CommandName } from './opcodes.js';

/**
 * Seconds after which a command is given up, whatever the generation: each is at or above the longest time that any
 * LTO drive from generation 5 on is documented to take. A timeout aborts the command and may cost the position, so
 * these are ceilings for a drive that is dead, not estimates.
 */
export const TIMEOUT_SECONDS: Readonly<Record<CommandName, number>> = {
  'TEST UNIT READY': 60,
  REWIND: 780,
  'REQUEST SENSE': 60,
  'FORMAT MEDIUM': 3840,
  'READ BLOCK LIMITS': 60,
  'READ(6)': 2340,
  'WRITE(6)': 1920,
  'SET CAPACITY': 960,
  'WRITE FILEMARKS(6)': 1920,
  'SPACE(6)': 3940,
  INQUIRY: 60,
  'VERIFY(6)': 104_880,
  'MODE SELECT(6)': 180,
  'RESERVE(6)': 60,
  'RELEASE(6)': 60,
  'ERASE(6)': 205_440,
  'MODE SENSE(6)': 180,
  // LTO-9 characterises a cartridge for up to two hours at its first load.
  'LOAD UNLOAD': 8220,
  'RECEIVE DIAGNOSTIC RESULTS': 180,
  'SEND DIAGNOSTIC': 3120,
  'PREVENT ALLOW MEDIUM REMOVAL': 180,
  'LOCATE(10)': 3940,
  'READ POSITION': 180,
  'WRITE BUFFER': 720,
  'READ BUFFER': 660,
  'REPORT DENSITY SUPPORT': 180,
  'LOG SELECT': 180,
  'LOG SENSE': 180,
  'MODE SELECT(10)': 180,
  'MODE SENSE(10)': 180,
  'PERSISTENT RESERVE IN': 180,
  'PERSISTENT RESERVE OUT': 180,
  'WRITE FILEMARKS(16)': 1920,
  'ALLOW OVERWRITE': 180,
  'READ(16)': 2340,
  'WRITE(16)': 1920,
  // Up to 132 s were seen on LTO-9; a timeout here has aborted a drive in the middle of a write.
  'READ ATTRIBUTE': 300,
  'WRITE ATTRIBUTE': 300,
  'SPACE(16)': 3940,
  'LOCATE(16)': 3940,
  'ERASE(16)': 205_440,
  'REPORT LUNS': 60,
  'SECURITY PROTOCOL IN': 180,
  'REPORT SUPPORTED OPERATION CODES': 180,
  'REPORT TIMESTAMP': 180,
  'SET TIMESTAMP': 180,
  'SECURITY PROTOCOL OUT': 180,
};

export function timeoutMs(name: CommandName): number {
  return TIMEOUT_SECONDS[name] * 1000;
}
