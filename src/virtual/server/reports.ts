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
  operationCode,
  REPORT_SUPPORTED_OPERATION_CODES,
  REPORT_TIMESTAMP,
  REPORTING,
  SET_TIMESTAMP,
  type SupportedCommand,
  timeoutSeconds,
} from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import { CheckCondition, invalidFieldInCdb, readList, sense } from '../unit/check-condition.js';
import type { Command, Request } from '../unit/command.js';

/** A command, or one of its service actions. */
interface Entry {
  readonly layout: CdbLayout;
  readonly code: number;
  readonly serviceAction: number | undefined;
}

/** REPORT SUPPORTED OPERATION CODES: the list of all, or one. */
export function reportSupportedCommands(
  commands: (drive: Drive) => readonly Pick<Command<never>, 'layout' | 'serviceActions'>[],
) {
  return (drive: Drive, { cdb }: Request): Uint8Array => {
    const { identity } = drive;
    const wanted = decodeCdb(REPORT_SUPPORTED_OPERATION_CODES, cdb);
    const timeoutsOf = ({ layout }: Entry) => (wanted.returnTimeouts ? timeouts(layout.name, identity.generation) : {});
    const entries = commands(drive).flatMap(entriesOf);
    const answer =
      wanted.reportingOptions === REPORTING.all
        ? encodeSupportedCommands(entries.map((entry) => ({ ...describe(entry), ...timeoutsOf(entry) })))
        : one(find(entries, wanted), timeoutsOf);
    return answer.subarray(0, wanted.allocationLength);
  };
}

function entriesOf({ layout, serviceActions }: Pick<Command<never>, 'layout' | 'serviceActions'>): Entry[] {
  const { code, serviceAction: only } = operationCode(layout.name);
  return (serviceActions ?? [only]).map((serviceAction) => ({ layout, code, serviceAction }));
}

function timeouts(name: CommandName, generation: number) {
  const seconds = timeoutSeconds(name, generation);
  return { timeouts: { commandSpecific: 0, nominal: seconds, recommended: seconds } };
}

function describe({ layout: { length }, code, serviceAction }: Entry): SupportedCommand {
  return { operationCode: code, cdbLength: length, ...(serviceAction !== undefined && { serviceAction }) };
}

interface Wanted {
  readonly reportingOptions: number;
  readonly requestedOperationCode: number;
  readonly requestedServiceAction: number;
}

/** Throws CheckCondition if the request does not match whether the command has service actions (SPC-5 6.36). */
function find(
  entries: readonly Entry[],
  { reportingOptions, requestedOperationCode, requestedServiceAction }: Wanted,
): Entry | undefined {
  if (reportingOptions > REPORTING.oneWithServiceAction) throw invalidFieldInCdb(2);
  const byAction = reportingOptions === REPORTING.oneWithServiceAction;
  const alike = entries.filter(({ code }) => code === requestedOperationCode);
  if (alike.some(({ serviceAction }) => (serviceAction !== undefined) !== byAction)) throw invalidFieldInCdb(2);
  return alike.find(({ serviceAction }) => !byAction || serviceAction === requestedServiceAction);
}

function one(entry: Entry | undefined, timeoutsOf: (entry: Entry) => Pick<SupportedCommand, 'timeouts'>) {
  if (entry === undefined) {
    return encodeCommandSupport({ support: COMMAND_SUPPORT.notSupported, usage: new Uint8Array(0) });
  }
  return encodeCommandSupport({ support: COMMAND_SUPPORT.standard, usage: usageOf(entry), ...timeoutsOf(entry) });
}

/** With the service action in its field (SPC-5 6.36.3). */
function usageOf({ layout, serviceAction = 0 }: Entry): Uint8Array {
  const usage = cdbUsage(layout);
  if ('serviceAction' in layout.fields) usage[1] = ((usage[1] ?? 0) & 0xe0) | serviceAction;
  return usage;
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
