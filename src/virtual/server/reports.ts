import {
  type CdbLayout,
  COMMAND_SUPPORT,
  type CommandName,
  cdbUsage,
  decodeCdb,
  decodeSetTimestamp,
  encodeCommandSupport,
  encodeSupportedCommands,
  encodeTimestamp,
  OPERATION_CODES,
  type OperationCode,
  REPORT_SUPPORTED_OPERATION_CODES,
  REPORT_TIMESTAMP,
  REPORTING,
  SET_TIMESTAMP,
  type SupportedCommand,
  timeoutSeconds,
} from '../../scsi/index.js';
import type { Drive } from '../drive.js';
import { CheckCondition, invalidFieldInCdb, readList, sense } from './check-condition.js';
import type { Request } from './command.js';

/** REPORT SUPPORTED OPERATION CODES: the list of all, or one. */
export function reportSupportedCommands(layouts: () => readonly CdbLayout[]) {
  return ({ identity }: Drive, { cdb }: Request): Uint8Array => {
    const wanted = decodeCdb(REPORT_SUPPORTED_OPERATION_CODES, cdb);
    const timeoutsOf = ({ name }: CdbLayout) => (wanted.returnTimeouts ? timeouts(name, identity.generation) : {});
    const answer =
      wanted.reportingOptions === REPORTING.all
        ? encodeSupportedCommands(layouts().map((layout) => ({ ...describe(layout), ...timeoutsOf(layout) })))
        : one(layouts().filter(isWanted(wanted)), timeoutsOf);
    return answer.subarray(0, wanted.allocationLength);
  };
}

function timeouts(name: CommandName, generation: number) {
  const seconds = timeoutSeconds(name, generation);
  return { timeouts: { commandSpecific: 0, nominal: seconds, recommended: seconds } };
}

function describe({ name, length }: CdbLayout): SupportedCommand {
  const { code, serviceAction }: OperationCode = OPERATION_CODES[name];
  return { operationCode: code, cdbLength: length, ...(serviceAction !== undefined && { serviceAction }) };
}

interface Wanted {
  readonly reportingOptions: number;
  readonly requestedOperationCode: number;
  readonly requestedServiceAction: number;
}

/** Throws CheckCondition when the command is asked for as if it had service actions, or had none (SPC-5 6.36). */
function isWanted({ reportingOptions, requestedOperationCode, requestedServiceAction }: Wanted) {
  if (reportingOptions > REPORTING.oneWithServiceAction) throw invalidFieldInCdb(2);
  const byAction = reportingOptions === REPORTING.oneWithServiceAction;
  const known: readonly OperationCode[] = Object.values(OPERATION_CODES);
  const alike = known.filter(({ code }) => code === requestedOperationCode);
  if (alike.some(({ serviceAction }) => (serviceAction !== undefined) !== byAction)) throw invalidFieldInCdb(2);
  return ({ name }: CdbLayout): boolean => {
    const { code, serviceAction }: OperationCode = OPERATION_CODES[name];
    return code === requestedOperationCode && (!byAction || serviceAction === requestedServiceAction);
  };
}

function one([layout]: readonly CdbLayout[], timeoutsOf: (layout: CdbLayout) => Pick<SupportedCommand, 'timeouts'>) {
  if (layout === undefined) {
    return encodeCommandSupport({ support: COMMAND_SUPPORT.notSupported, usage: new Uint8Array(0) });
  }
  return encodeCommandSupport({
    support: COMMAND_SUPPORT.standard,
    usage: cdbUsage(layout),
    ...timeoutsOf(layout),
  });
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
