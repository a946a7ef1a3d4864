import type { DataDirection } from '../../../binding.js';
import type { CommandName } from './opcodes.js';

/**
 * One SCSI command, ready to be sent: what the builders of this floor make, and what a `Transport` takes.
 * The CDB's length can't drift from its content, because nothing but a builder makes one.
 */
export interface ScsiCommand {
  /** The standard's name (`READ ATTRIBUTE`), for messages, logs and the timeout table. */
  readonly name: CommandName;
  readonly cdb: Uint8Array;
  readonly direction: DataDirection;
  /** Data out for `out`; empty otherwise. */
  readonly dataOut: Uint8Array;
  /** Allocation length for `in`; 0 otherwise. */
  readonly allocationLength: number;
  /** That of the slowest generation, as the builders make it. */
  readonly timeoutMs: number;
  /** The data out holds key material: never log it, wipe it after use. */
  readonly secret?: boolean;
}

/** The answer to a command, as the transport saw it. */
export interface ScsiReply {
  /** SCSI status byte. */
  readonly status: number;
  readonly hostStatus: number;
  readonly driverStatus: number;
  /** Raw sense bytes; empty when there were none. */
  readonly sense: Uint8Array;
  /** Data in, as much as was transferred. */
  readonly data: Uint8Array;
  /** Bytes of the data phase that were not transferred. */
  readonly residual: number;
  /** Milliseconds. */
  readonly duration: number;
}
