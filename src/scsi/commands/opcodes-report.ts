import { ByteReader, concatBytes } from '../wire/bytes.js';
import { type CdbLayout, commandWithDataIn } from '../wire/cdb.js';
import type { ScsiCommand } from '../wire/command.js';
import { bits, count, decodeFields, encodeFields, flag, uint } from '../wire/layout.js';
import { type CommandName, OPERATION_CODES, type OperationCode } from '../wire/opcodes.js';
import { splitStructures } from '../wire/structures.js';
import type { RecommendedTimeouts } from '../wire/timeouts.js';

/** Command timeouts descriptor (SPC-5). Seconds; 0 if the drive reports none. */
export interface CommandTimeouts {
  readonly commandSpecific: number;
  readonly nominal: number;
  readonly recommended: number;
}

export interface SupportedCommand {
  readonly operationCode: number;
  /** Absent if the operation code has no service actions. */
  readonly serviceAction?: number;
  readonly cdbLength: number;
  readonly timeouts?: CommandTimeouts;
}

/** SUPPORT field of the one-command format. */
export const COMMAND_SUPPORT = { notAvailable: 0, notSupported: 1, standard: 3, vendorSpecific: 5 } as const;

export interface CommandSupport {
  /** One of `COMMAND_SUPPORT`. */
  readonly support: number;
  /** CDB usage data: every bit that the drive evaluates is set. */
  readonly usage: Uint8Array;
  readonly timeouts?: CommandTimeouts;
}

/** REPORTING OPTIONS: one command by its operation code alone, or by that and its service action. */
export const REPORTING = { all: 0, one: 1, oneWithServiceAction: 2 } as const;
const NAME = 'REPORT SUPPORTED OPERATION CODES';

export const REPORT_SUPPORTED_OPERATION_CODES = {
  name: NAME,
  length: 12,
  fields: {
    /** RCTD: return command timeouts descriptors. */
    returnTimeouts: flag(2, 7),
    reportingOptions: bits(2, 2, 0),
    requestedOperationCode: uint(3, 1),
    requestedServiceAction: uint(4, 2),
    allocationLength: uint(6, 4),
  },
} as const satisfies CdbLayout;

/** Requests all commands; decode the data with `decodeSupportedCommands`. */
export function reportSupportedCommands(returnTimeouts = true, allocationLength = 0x4000): ScsiCommand {
  const values = { reportingOptions: REPORTING.all, returnTimeouts, allocationLength };
  return commandWithDataIn(REPORT_SUPPORTED_OPERATION_CODES, values, allocationLength);
}

/** Requests one command; decode the data with `decodeCommandSupport`. */
export function reportSupportedCommand(
  requestedOperationCode: number,
  requestedServiceAction?: number,
  returnTimeouts = true,
): ScsiCommand {
  const allocationLength = 0x100;
  const values = {
    reportingOptions: requestedServiceAction === undefined ? REPORTING.one : REPORTING.oneWithServiceAction,
    requestedOperationCode,
    requestedServiceAction: requestedServiceAction ?? 0,
    returnTimeouts,
    allocationLength,
  };
  return commandWithDataIn(REPORT_SUPPORTED_OPERATION_CODES, values, allocationLength);
}

const ALL_HEADER_LENGTH = 4;
const DESCRIPTOR = {
  operationCode: uint(0, 1),
  serviceAction: uint(2, 2),
  hasTimeouts: flag(5, 1),
  hasServiceAction: flag(5, 0),
  cdbLength: uint(6, 2),
};
const DESCRIPTOR_LENGTH = 8;
const TIMEOUTS = { length: uint(0, 2), commandSpecific: uint(3, 1), nominal: count(4, 4), recommended: count(8, 4) };
const TIMEOUTS_LENGTH = 12;
const ONE_HEADER = { hasTimeouts: flag(1, 7), support: bits(1, 2, 0), cdbLength: uint(2, 2) };
const ONE_HEADER_LENGTH = 4;

export interface SupportedCommands {
  readonly commands: readonly SupportedCommand[];
  /** The allocation length truncated the list: a command that is missing may still be supported. */
  readonly truncated: boolean;
}

/**
 * Decodes the all-commands format; incomplete descriptors are left out. A list with a wrong length field is `truncated`
 * as well. Throws MalformedResponseError if a complete list has no complete descriptor.
 */
export function decodeSupportedCommands(bytes: Uint8Array): SupportedCommands {
  const reader = new ByteReader(bytes, NAME);
  const length = reader.u32(0);
  const { whole, cut } = splitStructures(bytes, ALL_HEADER_LENGTH, length, descriptorSize);
  const isShort = ALL_HEADER_LENGTH + length > bytes.length;
  if (cut && !isShort && whole.length === 0) throw reader.malformed('nothing in the list is whole');
  return { commands: whole.map(decodeDescriptor), truncated: cut || isShort };
}

export function encodeSupportedCommands(commands: readonly SupportedCommand[]): Uint8Array {
  const list = concatBytes(...commands.map(encodeDescriptor));
  const header = encodeFields({ length: uint(0, 4) }, ALL_HEADER_LENGTH, { length: list.length }, NAME);
  return concatBytes(header, list);
}

/** Throws MalformedResponseError if the CDB usage data or the timeouts are truncated. */
export function decodeCommandSupport(bytes: Uint8Array): CommandSupport {
  const { hasTimeouts, support, cdbLength } = decodeFields(ONE_HEADER, bytes, NAME);
  const usage = new ByteReader(bytes, NAME).bytes(ONE_HEADER_LENGTH, cdbLength);
  const timeouts = hasTimeouts ? decodeTimeouts(bytes.subarray(ONE_HEADER_LENGTH + cdbLength)) : undefined;
  return { support, usage, ...(timeouts && { timeouts }) };
}

export function encodeCommandSupport({ support, usage, timeouts }: CommandSupport): Uint8Array {
  const header = { hasTimeouts: timeouts !== undefined, support, cdbLength: usage.length };
  return concatBytes(encodeFields(ONE_HEADER, ONE_HEADER_LENGTH, header, NAME), usage, encodeTimeouts(timeouts));
}

/** Length of the descriptor in bytes; undefined if its fixed part is incomplete. */
function descriptorSize(bytes: Uint8Array): number | undefined {
  if (bytes.length < DESCRIPTOR_LENGTH) return undefined;
  return DESCRIPTOR_LENGTH + (decodeFields(DESCRIPTOR, bytes, NAME).hasTimeouts ? TIMEOUTS_LENGTH : 0);
}

function decodeDescriptor(bytes: Uint8Array): SupportedCommand {
  const descriptor = decodeFields(DESCRIPTOR, bytes, NAME);
  const { operationCode, serviceAction, hasTimeouts, hasServiceAction, cdbLength } = descriptor;
  const timeouts = hasTimeouts ? decodeTimeouts(bytes.subarray(DESCRIPTOR_LENGTH)) : undefined;
  return { operationCode, cdbLength, ...(hasServiceAction && { serviceAction }), ...(timeouts && { timeouts }) };
}

function encodeDescriptor({ operationCode, serviceAction, cdbLength, timeouts }: SupportedCommand): Uint8Array {
  const descriptor = {
    operationCode,
    cdbLength,
    serviceAction: serviceAction ?? 0,
    hasServiceAction: serviceAction !== undefined,
    hasTimeouts: timeouts !== undefined,
  };
  return concatBytes(encodeFields(DESCRIPTOR, DESCRIPTOR_LENGTH, descriptor, NAME), encodeTimeouts(timeouts));
}

function decodeTimeouts(bytes: Uint8Array): CommandTimeouts {
  const { commandSpecific, nominal = 0, recommended = 0 } = decodeFields(TIMEOUTS, bytes, NAME);
  return { commandSpecific, nominal, recommended };
}

function encodeTimeouts(timeouts: CommandTimeouts | undefined): Uint8Array {
  if (timeouts === undefined) return new Uint8Array(0);
  return encodeFields(TIMEOUTS, TIMEOUTS_LENGTH, { ...timeouts, length: TIMEOUTS_LENGTH - 2 }, NAME);
}

/** A larger value is an error of the drive, and the kernel has 32 bits for the milliseconds. */
const LONGEST_SECONDS = 7 * 24 * 3600;

/**
 * Recommended timeouts by command name, in seconds; the longest if several entries share a name. Nominal times are
 * estimates and not used.
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
