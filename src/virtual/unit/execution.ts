import { LARGEST_COUNT, requireNumber } from '../../arguments/number.js';
import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, requireNonEmptyText, requireOptions } from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { opaqueView } from '../../scsi/wire/bytes.js';
import type { AbortTasks } from './command.js';
import type { CommandResult } from './command-result.js';
import type { Nexus } from './nexus.js';

/** The data phase of a command. */
export interface DataPhase {
  /** Data out of the command. */
  readonly dataOut?: Uint8Array | undefined;
  /** Allocation length for data in, in bytes. Default: that of the command. */
  readonly allocationLength?: number | undefined;
  /** Memory for data in, which saves a copy; `dataIn` is then a part of it. */
  readonly into?: Uint8Array | undefined;
  /** Sending nexus. Default: this process. */
  readonly nexus?: Nexus | undefined;
  /** A command that has not begun, or is being delayed, when it aborts is not carried out; the call rejects. */
  readonly signal?: AbortSignal | undefined;
  /** For PREEMPT AND ABORT, which then does not wait for the commands that it may have to end. */
  readonly abortTasks?: AbortTasks | undefined;
}

const DATA_PHASE: OptionNames<DataPhase> = {
  ...CALL_OPTIONS,
  dataOut: true,
  allocationLength: true,
  into: true,
  nexus: true,
  abortTasks: true,
};

/** Throws InvalidArgumentError for an invalid command or data phase. */
export function requireCommand(cdb: unknown, data: DataPhase): void {
  const bytes = (name: string, value: unknown) => {
    if (value instanceof Uint8Array) return;
    throw new InvalidArgumentError(`${name} must be bytes`, { next: 'Give a Uint8Array' });
  };
  bytes('the CDB', cdb);
  requireOptions(data, undefined, DATA_PHASE);
  if (data.dataOut !== undefined) bytes('dataOut', data.dataOut);
  if (data.into !== undefined) bytes('into', data.into);
  if (data.nexus !== undefined) requireNonEmptyText('nexus', data.nexus);
  if (data.allocationLength !== undefined) requireNumber('allocationLength', data.allocationLength, LENGTHS);
}

const LENGTHS = { min: 0, max: LARGEST_COUNT, unit: 'bytes' };

/** The outcome of a command; its bytes are hex in JSON. */
export interface Execution {
  /** SCSI status byte. */
  readonly status: number;
  /** Linux host byte: 0, unless a fault says otherwise. */
  readonly hostStatus: number;
  /** Sense data, fixed format; empty when there are none. */
  readonly sense: Uint8Array;
  readonly dataIn: Uint8Array;
  /** Bytes of `allocationLength` or `into` that were not filled. */
  readonly residual: number;
  /** Bytes of data out that the CDB announces. */
  readonly dataOutLength: number;
}

/** The outcome of an answered command, with data truncated to the allocation length. */
export function executionOf(
  { status, sense, dataIn: whole, hostStatus = 0 }: CommandResult & { readonly hostStatus?: number },
  { into, allocationLength }: Pick<DataPhase, 'into' | 'allocationLength'> = {},
  dataOutLength = 0,
): Execution {
  const room = into?.length ?? allocationLength ?? whole.length;
  const dataIn = whole.subarray(0, room);
  const residual = room - dataIn.length;
  return { status, hostStatus, sense: opaqueView(sense), dataIn: opaqueView(dataIn), residual, dataOutLength };
}
