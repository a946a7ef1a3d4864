/** Operation code of a command and, where several commands share a code, the service action (byte 1, bits 4 to 0). */
export interface OperationCode {
  readonly code: number;
  readonly serviceAction?: number;
}

/** Commands of SPC-5 and SSC-5 for tape drives, by the standard's name. */
export const OPERATION_CODES = {
  'TEST UNIT READY': { code: 0x00 },
  REWIND: { code: 0x01 },
  'REQUEST SENSE': { code: 0x03 },
  'FORMAT MEDIUM': { code: 0x04 },
  'READ BLOCK LIMITS': { code: 0x05 },
  'READ(6)': { code: 0x08 },
  'WRITE(6)': { code: 0x0a },
  'SET CAPACITY': { code: 0x0b },
  'WRITE FILEMARKS(6)': { code: 0x10 },
  'SPACE(6)': { code: 0x11 },
  INQUIRY: { code: 0x12 },
  'VERIFY(6)': { code: 0x13 },
  'MODE SELECT(6)': { code: 0x15 },
  'RESERVE(6)': { code: 0x16 },
  'RELEASE(6)': { code: 0x17 },
  'ERASE(6)': { code: 0x19 },
  'MODE SENSE(6)': { code: 0x1a },
  'LOAD UNLOAD': { code: 0x1b },
  'RECEIVE DIAGNOSTIC RESULTS': { code: 0x1c },
  'SEND DIAGNOSTIC': { code: 0x1d },
  'PREVENT ALLOW MEDIUM REMOVAL': { code: 0x1e },
  'LOCATE(10)': { code: 0x2b },
  'READ POSITION': { code: 0x34 },
  'WRITE BUFFER': { code: 0x3b },
  'READ BUFFER': { code: 0x3c },
  'REPORT DENSITY SUPPORT': { code: 0x44 },
  'LOG SELECT': { code: 0x4c },
  'LOG SENSE': { code: 0x4d },
  'MODE SELECT(10)': { code: 0x55 },
  'MODE SENSE(10)': { code: 0x5a },
  'PERSISTENT RESERVE IN': { code: 0x5e },
  'PERSISTENT RESERVE OUT': { code: 0x5f },
  'WRITE FILEMARKS(16)': { code: 0x80 },
  'ALLOW OVERWRITE': { code: 0x82 },
  'READ(16)': { code: 0x88 },
  'WRITE(16)': { code: 0x8a },
  'READ ATTRIBUTE': { code: 0x8c },
  'WRITE ATTRIBUTE': { code: 0x8d },
  'SPACE(16)': { code: 0x91 },
  'LOCATE(16)': { code: 0x92 },
  'ERASE(16)': { code: 0x93 },
  'REPORT LUNS': { code: 0xa0 },
  'SECURITY PROTOCOL IN': { code: 0xa2 },
  'REPORT SUPPORTED OPERATION CODES': { code: 0xa3, serviceAction: 0x0c },
  'READ END OF WRAP POSITION': { code: 0xa3, serviceAction: 0x1f },
  'RECEIVE RECOMMENDED ACCESS ORDER': { code: 0xa3, serviceAction: 0x1d },
  'GENERATE RECOMMENDED ACCESS ORDER': { code: 0xa4, serviceAction: 0x1d },
  'REPORT TIMESTAMP': { code: 0xa3, serviceAction: 0x0f },
  'SET TIMESTAMP': { code: 0xa4, serviceAction: 0x0f },
  'SECURITY PROTOCOL OUT': { code: 0xb5 },
} as const satisfies Record<string, OperationCode>;

/**
 * Commands of SMC-3 for medium changers, besides those of SPC-5; on tape drives some of the codes mean other commands.
 */
export const CHANGER_OPERATION_CODES = {
  'INITIALIZE ELEMENT STATUS': { code: 0x07 },
  'OPEN/CLOSE IMPORT/EXPORT ELEMENT': { code: 0x1b },
  'POSITION TO ELEMENT': { code: 0x2b },
  'INITIALIZE ELEMENT STATUS WITH RANGE': { code: 0x37 },
  'MOVE MEDIUM': { code: 0xa5 },
  'EXCHANGE MEDIUM': { code: 0xa6 },
  'READ ELEMENT STATUS': { code: 0xb8 },
} as const satisfies Record<string, OperationCode>;

export type ChangerCommandName = keyof typeof CHANGER_OPERATION_CODES;
export type CommandName = keyof typeof OPERATION_CODES | ChangerCommandName;

/** Selects the device type, if two types share an operation code. */
export type CommandSet = 'tape' | 'changer';

/** The commands that share an operation code. */
type ByCode = ReadonlyMap<number, readonly (readonly [CommandName, OperationCode])[]>;

function byCode(codes: Readonly<Partial<Record<CommandName, OperationCode>>>): ByCode {
  const commands = new Map<number, [CommandName, OperationCode][]>();
  for (const entry of Object.entries(codes) as [CommandName, OperationCode][]) {
    const [, { code }] = entry;
    commands.set(code, [...(commands.get(code) ?? []), entry]);
  }
  return commands;
}

const TAPE = byCode(OPERATION_CODES);
const CHANGER: ByCode = new Map([...TAPE, ...byCode(CHANGER_OPERATION_CODES)]);

const ALL: Readonly<Record<CommandName, OperationCode>> = { ...OPERATION_CODES, ...CHANGER_OPERATION_CODES };

/** The code of a command. */
export function operationCode(name: CommandName): OperationCode {
  return ALL[name];
}

/** The command of a CDB; undefined if it is not in the tables. */
export function commandName(cdb: Uint8Array, set: CommandSet = 'tape'): CommandName | undefined {
  const commands = (set === 'tape' ? TAPE : CHANGER).get(cdb[0] ?? -1) ?? [];
  return commands.find(([, operation]) => asksFor(operation, cdb))?.[0];
}

/** Whether a CDB has the operation code of a command, and its service action if any. */
export function isCdbOf(name: CommandName, cdb: Uint8Array): boolean {
  const operation = operationCode(name);
  return cdb[0] === operation.code && asksFor(operation, cdb);
}

function asksFor({ serviceAction }: OperationCode, cdb: Uint8Array): boolean {
  return serviceAction === undefined || serviceAction === ((cdb[1] ?? 0) & 0x1f);
}

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(ALL, name);
}

/** Length of a CDB by the group of its operation code (SPC-5): 6, 10, 12 or 16; undefined for the other groups. */
export function cdbLength(operationCode: number): number | undefined {
  return [6, 10, 10, undefined, 16, 12][operationCode >> 5];
}
