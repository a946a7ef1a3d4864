import type { CommandName } from '../../scsi/wire/opcodes.js';

/** Commands that change nothing; they are sent at any time, like the library's own queries. */
const CHANGES_NOTHING: ReadonlySet<string> = new Set([
  'TEST UNIT READY',
  'READ BLOCK LIMITS',
  'INQUIRY',
  'MODE SENSE(6)',
  'MODE SENSE(10)',
  'READ POSITION',
  'REPORT DENSITY SUPPORT',
  'LOG SENSE',
  'PERSISTENT RESERVE IN',
  'READ ATTRIBUTE',
  'REPORT LUNS',
  'SECURITY PROTOCOL IN',
  'REPORT SUPPORTED OPERATION CODES',
  'REPORT TIMESTAMP',
] satisfies CommandName[]);

/** Whether a command changes neither drive nor cartridge. */
export function isPlainQuery(name: string): boolean {
  return CHANGES_NOTHING.has(name);
}
