import { type CommandName, OPERATION_CODES, type OperationCode } from '../wire/opcodes.js';
import type { SupportedCommands } from './opcodes-report.js';

/** Of a generation each from LTO-5 to LTO-10. */
type ByGeneration = readonly [number, number, number, number, number, number];

const FIRST_GENERATION = 5;

// The longest that IBM, HPE or Quantum documents for a drive of the generation, of full or of half height.
const READ: ByGeneration = [1920, 1920, 2340, 2340, 2340, 2340];
const WRITE: ByGeneration = [1920, 1920, 1920, 1680, 1680, 1560];
const WRITE_FILEMARKS: ByGeneration = [1740, 1740, 1920, 1680, 1680, 1680];
const SPACE: ByGeneration = [2700, 2700, 2940, 2940, 2940, 3940];
// The last is Quantum's; IBM has 3940.
const LOCATE: ByGeneration = [2700, 2940, 2940, 2940, 2940, 104_880];
const ERASE: ByGeneration = [19_200, 29_400, 29_400, 121_448, 166_370, 205_440];

/**
 * Seconds after which a command is given up: one number where no generation is known to differ. A timeout aborts the
 * command and may cost the position, so these are ceilings for a drive that is dead, not estimates.
 */
const TIMEOUT_SECONDS: Readonly<Record<CommandName, number | ByGeneration>> = {
  'TEST UNIT READY': 60,
  REWIND: [780, 780, 780, 660, 660, 600],
  'REQUEST SENSE': 60,
  'FORMAT MEDIUM': [1980, 3840, 3240, 3240, 3240, 3240],
  'READ BLOCK LIMITS': 60,
  'READ(6)': READ,
  'WRITE(6)': WRITE,
  'SET CAPACITY': 960,
  'WRITE FILEMARKS(6)': WRITE_FILEMARKS,
  'SPACE(6)': SPACE,
  INQUIRY: 60,
  'VERIFY(6)': [19_980, 30_000, 28_860, 54_360, 63_300, 104_880],
  'MODE SELECT(6)': 180,
  'RESERVE(6)': 60,
  'RELEASE(6)': 60,
  'ERASE(6)': ERASE,
  'MODE SENSE(6)': 180,
  // LTO-9 characterises a cartridge for up to two hours at its first load; of LTO-10 nobody has published that it doesn't.
  'LOAD UNLOAD': [1020, 1020, 1020, 960, 8220, 8220],
  'RECEIVE DIAGNOSTIC RESULTS': 180,
  'SEND DIAGNOSTIC': [3120, 3120, 2040, 2040, 2040, 2040],
  'PREVENT ALLOW MEDIUM REMOVAL': 180,
  'LOCATE(10)': LOCATE,
  'READ POSITION': 180,
  'WRITE BUFFER': [720, 720, 540, 540, 540, 540],
  'READ BUFFER': [660, 660, 480, 480, 480, 480],
  'REPORT DENSITY SUPPORT': 180,
  'LOG SELECT': 180,
  'LOG SENSE': 180,
  'MODE SELECT(10)': 180,
  'MODE SENSE(10)': 180,
  'PERSISTENT RESERVE IN': 180,
  'PERSISTENT RESERVE OUT': 180,
  'WRITE FILEMARKS(16)': WRITE_FILEMARKS,
  'ALLOW OVERWRITE': 180,
  'READ(16)': READ,
  'WRITE(16)': WRITE,
  // Up to 132 s were seen on LTO-9; a timeout here has aborted a drive in the middle of a write.
  'READ ATTRIBUTE': 300,
  'WRITE ATTRIBUTE': 300,
  'SPACE(16)': SPACE,
  'LOCATE(16)': LOCATE,
  'ERASE(16)': ERASE,
  'REPORT LUNS': 60,
  'SECURITY PROTOCOL IN': 180,
  'REPORT SUPPORTED OPERATION CODES': 180,
  'REPORT TIMESTAMP': 180,
  'SET TIMESTAMP': 180,
  'SECURITY PROTOCOL OUT': 180,
  // A library looks at every cartridge, and may take half an hour for it.
  'INITIALIZE ELEMENT STATUS': 3600,
  'INITIALIZE ELEMENT STATUS WITH RANGE': 3600,
  'OPEN/CLOSE IMPORT/EXPORT ELEMENT': 300,
  'POSITION TO ELEMENT': 300,
  // Twice across the library, with the load of the drive where the library waits for it.
  'MOVE MEDIUM': 1200,
  'EXCHANGE MEDIUM': 1800,
  'READ ELEMENT STATUS': 300,
};

/** Seconds by command; those that a drive gives no time for are missing. */
export type RecommendedTimeouts = Readonly<Partial<Record<CommandName, number>>>;

/** A drive that says more has made an error, and the kernel has 32 bits for the milliseconds. */
const LONGEST_SECONDS = 7 * 24 * 3600;

/**
 * The recommended times of a drive's list of commands: the longest of those that share a name. A nominal time is an
 * estimate, and no reason to give up.
 */
export function recommendedTimeouts({ commands }: SupportedCommands): RecommendedTimeouts {
  const names = Object.entries(OPERATION_CODES) as [CommandName, OperationCode][];
  const times = names.map(([name, { code, serviceAction }]) => {
    const told = commands.filter((command) => {
      return command.operationCode === code && (serviceAction === undefined || command.serviceAction === serviceAction);
    });
    return [name, Math.max(0, ...told.map(({ timeouts }) => timeouts?.recommended ?? 0))] as const;
  });
  return Object.fromEntries(times.filter(([, seconds]) => seconds > 0 && seconds <= LONGEST_SECONDS));
}

/**
 * Seconds for a drive of that generation; the longest of all generations when it is unknown or not in the table. A time
 * that the drive recommends raises it and never lowers it: a command that is given up may cost the position.
 */
export function timeoutSeconds(name: CommandName, generation?: number, recommended: RecommendedTimeouts = {}): number {
  return Math.max(tabled(TIMEOUT_SECONDS[name], generation), recommended[name] ?? 0);
}

function tabled(seconds: number | ByGeneration, generation: number | undefined): number {
  if (typeof seconds === 'number') return seconds;
  const own = generation === undefined ? undefined : seconds[generation - FIRST_GENERATION];
  return own ?? Math.max(...seconds);
}

/** `timeoutSeconds` in milliseconds. */
export function timeoutMs(name: CommandName, generation?: number, recommended?: RecommendedTimeouts): number {
  return timeoutSeconds(name, generation, recommended) * 1000;
}
