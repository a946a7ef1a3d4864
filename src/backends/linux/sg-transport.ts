import { constants } from 'node:fs';
import type { Device } from '../../../binding.js';
import { loadAddon } from '../../addon/load-addon.js';
import type { CallOptions } from '../../arguments/options.js';
import type { ScsiReply, ScsiRequest } from '../../scsi/wire/command.js';
import type { ScsiTransport } from '../../transport/scsi-transport.js';
import { Cancellation, openable, throwNamed } from './device-calls.js';

/** Transport of a device that is used through its `sg` node alone: a medium changer. */
export class SgTransport implements ScsiTransport {
  readonly device: string;
  readonly queryDevice: string;
  readonly #node: Device;
  readonly #cancellation = new Cancellation();

  private constructor(device: string, node: string) {
    this.device = device;
    this.queryDevice = node;
    this.#node = openable(loadAddon(), node);
  }

  /** Throws AddonUnavailableError; rejects with open(2)'s error. */
  static async open(device: string, node: string): Promise<SgTransport> {
    const transport = new SgTransport(device, node);
    await transport.#node.open(constants.O_RDWR | constants.O_NONBLOCK).catch(throwNamed);
    return transport;
  }

  scsi(command: ScsiRequest, options?: CallOptions): Promise<ScsiReply> {
    const { cdb, direction, dataOut, allocationLength, timeoutMs } = command;
    const data = direction === 'out' ? dataOut : allocationLength;
    return this.#cancellation.run(this.#node, options, (token) =>
      this.#node.scsi(cdb, direction, data, timeoutMs, token),
    );
  }

  async close(): Promise<void> {
    await this.#node.close().catch(throwNamed);
  }
}
