import {
  type CommandName,
  cdbLength,
  decodeCdb,
  decodeSetTimestamp,
  encodeSupportedCommands,
  encodeTimestamp,
  OPERATION_CODES,
  type OperationCode,
  REPORT_SUPPORTED_OPERATION_CODES,
  REPORT_TIMESTAMP,
  SET_TIMESTAMP,
  type SupportedCommand,
  TIMEOUT_SECONDS,
} from '../../scsi/index.js';
import type { Drive } from '../drive.js';
import { CheckCondition, invalidFieldInCdb, readList, sense } from './check-condition.js';
import type { Request } from './command.js';

const ALL_COMMANDS = 0;

/** REPORT SUPPORTED OPERATION CODES: the list of all; the form for one command is not supported. */
export function reportSupportedCommands(names: () => readonly CommandName[]) {
  return (_drive: Drive, { cdb }: Request): Uint8Array => {
    const { reportingOptions, returnTimeouts, allocationLength } = decodeCdb(REPORT_SUPPORTED_OPERATION_CODES, cdb);
    if (reportingOptions !== ALL_COMMANDS) throw invalidFieldInCdb(2);
    const commands = names().map((name) => describe(name, returnTimeouts));
    return encodeSupportedCommands(commands).subarray(0, allocationLength);
  };
}

function describe(name: CommandName, withTimeouts: boolean): SupportedCommand {
  const { code, serviceAction }: OperationCode = OPERATION_CODES[name];
  const seconds = TIMEOUT_SECONDS[name];
  return {
    operationCode: code,
    cdbLength: cdbLength(code) ?? 0,
    ...(serviceAction !== undefined && { serviceAction }),
    ...(withTimeouts && { timeouts: { commandSpecific: 0, nominal: seconds, recommended: seconds } }),
  };
}

/** REPORT TIMESTAMP */
export function reportTimestamp({ clock }: Drive, { cdb }: Request): Uint8Array {
  return encodeTimestamp(clock.read()).subarray(0, decodeCdb(REPORT_TIMESTAMP, cdb).allocationLength);
}

/** SET TIMESTAMP */
export function setTimestamp({ clock }: Drive, { cdb, dataOut }: Request): undefined {
  const { parameterListLength } = decodeCdb(SET_TIMESTAMP, cdb);
  if (parameterListLength === 0) return;
  if (dataOut.length < parameterListLength) throw new CheckCondition(sense('5/1a/00'));
  clock.set(readList(() => decodeSetTimestamp(dataOut.subarray(0, parameterListLength))));
}
