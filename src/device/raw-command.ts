import { type NumberRange, requireNumber } from '../arguments/number.js';
import { InvalidArgumentError, type LtoErrorDetails, type SenseData } from '../errors/index.js';
import { decodeSense } from '../scsi/sense/sense.js';
import { hexCode, type OpaqueBytes, opaqueView } from '../scsi/wire/bytes.js';
import type { ScsiReply, ScsiRequest } from '../scsi/wire/command.js';
import { cdbLength, commandName } from '../scsi/wire/opcodes.js';

/** A command that the caller encodes byte by byte. */
export type RawCommand = {
  /** 6 to 32 bytes; if the group of the operation code fixes the length, exactly that (SPC-5 4.2.5). */
  readonly cdb: Uint8Array;
  /**
   * Milliseconds after which the command is abandoned, which may lose the position. Default: the longest time the
   * command can take on this drive.
   */
  readonly timeoutMs?: number | undefined;
} & (
  | { readonly direction: 'none' }
  /** Reads up to this many bytes, at most 16 MiB; the CDB's own length field must say the same. */
  | { readonly direction: 'in'; readonly allocationLength: number }
  /** Sends these bytes, at most 16 MiB. */
  | { readonly direction: 'out'; readonly dataOut: Uint8Array }
);

/** The device's answer to a raw command. A CHECK CONDITION is a result here, not an error. */
export interface RawReply extends Omit<ScsiReply, 'sense' | 'data'> {
  /** The transferred data in; hex in JSON. */
  readonly data: OpaqueBytes;
  /** Decoded sense with its bytes; undefined if there was none. */
  readonly sense: SenseData | undefined;
}

const SHORTEST_CDB = 6;
const LONGEST_CDB = 32;
/** The largest transfer that the addon passes to SG_IO. */
const MOST_DATA = 16 * 1024 * 1024;
/** The timeout of most commands; see `timeouts.ts`. */
const DEFAULT_TIMEOUT_MS = 180_000;
const WEEK_MS = 7 * 24 * 3600 * 1000;

const ALLOCATION: NumberRange = { min: 0, max: MOST_DATA, unit: 'bytes' };
const TIMEOUT: NumberRange = { min: 1, max: WEEK_MS, unit: 'milliseconds' };
const EMPTY = new Uint8Array(0);

/** A checked command of the caller. */
export interface CheckedCommand {
  readonly request: ScsiRequest;
  readonly timeoutMs: number | undefined;
}

/** Checks and copies the command; the caller's object is not read again. Throws InvalidArgumentError. */
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

/** A copy: the caller may modify the bytes while the command is queued. */
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

/** Copies the memory itself, whatever a subclass of the caller's says about length or elements. */
function copyOf(bytes: Uint8Array): Uint8Array {
  // A detached buffer has length 0 and cannot be copied.
  return bytes.byteLength === 0 ? new Uint8Array(0) : new Uint8Array(bytes);
}
