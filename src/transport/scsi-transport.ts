import type { ScsiReply, ScsiRequest } from '../scsi/wire/command.js';

/** Options of every call that goes through a queue. */
export interface CallOptions {
  /** Takes the call out of the queue when it still waits there; a call that runs goes on to its end. */
  readonly signal?: AbortSignal | undefined;
}

/** The seam for one SCSI device of any type: commands go down, whatever the device answers comes up. */
export interface ScsiTransport {
  /** The device as messages name it. */
  readonly device: string;
  /** How commands reach the device: the `sg` node's path, or `device` itself where there is no sibling. */
  readonly queryDevice: string;
  /** Resolves whatever the device answers; rejects with a `SystemError` (binding.d.ts) when the command never got there. */
  scsi(command: ScsiRequest, options?: CallOptions): Promise<ScsiReply>;
  close(): Promise<void>;
}
