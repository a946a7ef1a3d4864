import { type NumberRange, requireNumber } from '../arguments/number.js';
import { InvalidArgumentError, type LtoErrorDetails, type SenseData } from '../errors/index.js';
import { decodeSense } from '../scsi/sense/sense.js';
import { hexCode, type OpaqueBytes, opaqueView } from '../scsi/wire/bytes.js';
import type { ScsiReply, ScsiRequest } from '../scsi/wire/command.js';
import { cdbLength, commandName } from '../scsi/wire/opcodes.js';

/** A command as a caller makes it, byte for byte. */
export type RawCommand = {
  /** 6 to 32 bytes: as many as the group of its operation code has, where that is fixed (SPC-5 4.2.5). */
  readonly cdb: Uint8Array;
  /**
   * Milliseconds after which the command is abandoned, which may lose the position. Default: the longest time that the
   * drive needs.
   */
  readonly timeoutMs?: number | undefined;
} & (
  | { readonly direction: 'none' }
  /** Reads up to so many bytes, 16 MiB at most; the CDB has a length field of its own. */
  | { readonly direction: 'in'; readonly allocationLength: number }
  /** Sends these, 16 MiB at most. */
  | { readonly direction: 'out'; readonly dataOut: Uint8Array }
);

/** The device's answer to a raw command, whatever it is: a CHECK CONDITION is not an error here. */
export interface RawReply extends Omit<ScsiReply, 'sense' | 'data'> {
  /** Data in, as much as was transferred; hex in JSON. */
  readonly data: OpaqueBytes;
  /** Decoded, with the bytes; undefined when there was none. */
  readonly sense: SenseData | undefined;
}

const SHORTEST_CDB = 6;
const LONGEST_CDB = 32;
/** What SG_IO takes through the addon. */
const MOST_DATA = 16 * 1024 * 1024;
/** As most commands have; see `timeouts.ts`. */
const DEFAULT_TIMEOUT_MS = 180_000;
const WEEK_MS = 7 * 24 * 3600 * 1000;

const ALLOCATION: NumberRange = { min: 0, max: MOST_DATA, unit: 'bytes' };
const TIMEOUT: NumberRange = { min: 1, max: WEEK_MS, unit: 'milliseconds' };
const EMPTY = new Uint8Array(0);

/** A command of the caller's, checked. */
export interface CheckedCommand {
  readonly request: ScsiRequest;
  readonly timeoutMs: number | undefined;
}

/** The command, ready to be sent: nothing of it is asked of the caller's object again. Throws InvalidArgumentError. */
export function rawRequest(command: RawCommand, device: string): CheckedCommand {
  const details = { device, operation: 'SCSI command' };
  if (typeof command !== 'object' || command === null) {
    throw new InvalidArgumentError('the command must be an object with a cdb', details);
  }
  const { timeoutMs } = command;
  if (timeoutMs !== undefined) requireNumber('timeoutMs', timeoutMs, TIMEOUT, details);
  const cdb = requireCdb(command.cdb, details);
  const name = commandName(cdb) ?? `operation code ${hexCode(cdb[0] ?? 0)}h`;
  const request = { name, cdb, ...dataPhase(command, details), timeoutMs: DEFAULT_TIMEOUT_MS };
  return { request, timeoutMs };
}

export function rawReply(reply: ScsiReply, vendor: string | undefined): RawReply {
  return { ...reply, data: opaqueView(reply.data), sense: decodeSense(reply.sense, vendor) };
}

/** A copy: the caller's bytes may change while the command waits for its turn. */
function requireCdb(given: unknown, details: LtoErrorDetails): Uint8Array {
  if (!(given instanceof Uint8Array)) throw new InvalidArgumentError('the cdb must be a Uint8Array', details);
  const cdb = copyOf(given);
  const fixed = cdbLength(cdb[0] ?? 0);
  const fits = fixed === undefined ? cdb.length >= SHORTEST_CDB && cdb.length <= LONGEST_CDB : cdb.length === fixed;
  if (fits) return cdb;
  throw new InvalidArgumentError(`a cdb of ${cdb.length} bytes does not fit its operation code`, {
    ...details,
    next: `Give ${fixed ?? `${SHORTEST_CDB} to ${LONGEST_CDB}`} bytes`,
  });
}

type DataPhase = Pick<ScsiRequest, 'direction' | 'dataOut' | 'allocationLength'>;

function dataPhase(command: RawCommand, details: LtoErrorDetails): DataPhase {
  switch (command.direction) {
    case 'none':
      return { direction: 'none', dataOut: EMPTY, allocationLength: 0 };
    case 'in': {
      const allocationLength = requireNumber('allocationLength', command.allocationLength, ALLOCATION, details);
      return { direction: 'in', dataOut: EMPTY, allocationLength };
    }
    case 'out':
      return { direction: 'out', dataOut: requireDataOut(command.dataOut, details), allocationLength: 0 };
    default:
      throw new InvalidArgumentError('the direction must be none, in or out', details);
  }
}

function requireDataOut(dataOut: unknown, details: LtoErrorDetails): Uint8Array {
  if (dataOut instanceof Uint8Array && dataOut.length > 0 && dataOut.length <= MOST_DATA) return copyOf(dataOut);
  throw new InvalidArgumentError(`dataOut must be a Uint8Array of 1 to ${MOST_DATA} bytes`, details);
}

/** Of what is in the memory, whatever a class of the caller's says of its length or its elements. */
function copyOf(bytes: Uint8Array): Uint8Array {
  // What is detached is empty, and can't be copied.
  return bytes.byteLength === 0 ? new Uint8Array(0) : new Uint8Array(bytes);
}
