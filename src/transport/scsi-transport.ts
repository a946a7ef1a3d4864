import type { ScsiReply, ScsiRequest } from '../scsi/wire/command.js';

/** Options of every call that goes through a queue. */
export interface CallOptions {
  /** Removes the call from the queue while it still waits there; a running call continues to its end. */
  readonly signal?: AbortSignal | undefined;
}

/** Interface to one SCSI device of any type: sends commands and returns the device's answers. */
export interface ScsiTransport {
  /** The device as messages name it. */
  readonly device: string;
  /** How commands reach the device: the `sg` node's path, or `device` itself where there is no sibling. */
  readonly queryDevice: string;
  /**
   * Resolves with any answer of the device; rejects with a `SystemError` (binding.d.ts) when the command did not reach
   * it.
   */
  scsi(command: ScsiRequest, options?: CallOptions): Promise<ScsiReply>;
  close(): Promise<void>;
}
