import type { CallOptions } from '../../arguments/options.js';
import { FailureCode, systemError } from '../../errors/system-error.js';
import type { ScsiCommand, ScsiReply } from '../../scsi/wire/command.js';
import type { ScsiTransport } from '../../transport/scsi-transport.js';
import type { VirtualLibrary } from '../../virtual/virtual-library.js';
import { replyOf } from '../st/reply.js';
import { type Attached, attachChanger } from './attached.js';

/** The transport of the embedded library's changer. */
export class VirtualChanger implements ScsiTransport {
  readonly device: string;
  /** The library itself, for tests and demonstrations: faults, reset, operator actions. */
  readonly library: VirtualLibrary;
  readonly #attached: Attached<VirtualLibrary>;
  #closed = false;

  private constructor(device: string, attached: Attached<VirtualLibrary>) {
    this.device = device;
    this.library = attached.device;
    this.#attached = attached;
  }

  /** Rejects with DeviceNotFoundError and DriveBusyError of the virtual library. */
  static async open(located: { readonly device: string; readonly folder: string }): Promise<VirtualChanger> {
    return new VirtualChanger(located.device, await attachChanger(located.folder));
  }

  get queryDevice(): string {
    return this.device;
  }

  async scsi(command: ScsiCommand, options?: CallOptions): Promise<ScsiReply> {
    options?.signal?.throwIfAborted();
    if (this.#closed) throw systemError(FailureCode.CLOSED, 'SG_IO', this.device);
    const { cdb, dataOut, allocationLength } = command;
    const begun = performance.now();
    return replyOf(await this.library.execute(cdb, { dataOut, allocationLength }), begun);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#attached.release();
  }
}
