import type { DataDirection } from '../../../binding.js';
import type { CommandName } from './opcodes.js';

/** One SCSI command, ready to be sent: what a `Transport` takes. */
export interface ScsiRequest {
  /** For messages and logs: the standard's name (`READ ATTRIBUTE`), or the operation code of a command without one. */
  readonly name: string;
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

/**
 * A command that the builders of this floor make. The CDB's length can't drift from its content, because nothing but a
 * builder makes one.
 */
export interface ScsiCommand extends ScsiRequest {
  readonly name: CommandName;
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
