import type { DataDirection } from '../../../binding.js';
import type { CommandName } from './opcodes.js';

/** One encoded SCSI command, as a `Transport` takes it. */
export interface ScsiRequest {
  /** For messages and logs: the standard's name (`READ ATTRIBUTE`), or the operation code of a command without one. */
  readonly name: string;
  readonly cdb: Uint8Array;
  readonly direction: DataDirection;
  /** Data out for `out`; empty otherwise. */
  readonly dataOut: Uint8Array;
  /** Allocation length for `in`; 0 otherwise. */
  readonly allocationLength: number;
  /** Timeout in milliseconds; the builders use that of the slowest generation. */
  readonly timeoutMs: number;
  /** The data out contains key material: never log it, wipe it after use. */
  readonly secret?: boolean;
}

/** A command made by a builder of this floor, which keeps the CDB's length field and the data consistent. */
export interface ScsiCommand extends ScsiRequest {
  readonly name: CommandName;
}

/** The reply to a command, as the transport received it. */
export interface ScsiReply {
  /** SCSI status byte. */
  readonly status: number;
  readonly hostStatus: number;
  readonly driverStatus: number;
  /** Raw sense bytes; empty if there were none. */
  readonly sense: Uint8Array;
  /** The transferred data in. */
  readonly data: Uint8Array;
  /** Bytes of the data phase that were not transferred. */
  readonly residual: number;
  /** Milliseconds. */
  readonly duration: number;
}
