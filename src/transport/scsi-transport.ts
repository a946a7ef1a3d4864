import type { CallOptions } from '../arguments/options.js';
import type { ScsiReply, ScsiRequest } from '../scsi/wire/command.js';

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
