import type { CallOptions } from '../../arguments/options.js';
import type { ScsiReply, ScsiRequest } from '../../scsi/wire/command.js';
import type { ScsiTransport } from '../../transport/scsi-transport.js';
import type { VirtualDrive } from '../../virtual/virtual-drive.js';
import { replyOf } from '../st/reply.js';
import { type Attached, attachDrive } from './attached.js';

/** A nexus of its own, so that unit attentions that wait for the drive's user are left to it. */
const NEXUS = 'observer';

/** The embedded drive for who only asks it: the driver above it is left out. */
export class VirtualQueries implements ScsiTransport {
  readonly device: string;
  readonly #attached: Attached<VirtualDrive>;

  private constructor(device: string, attached: Attached<VirtualDrive>) {
    this.device = device;
    this.#attached = attached;
  }

  /** Rejects with DeviceNotFoundError and DriveBusyError of the virtual drive. */
  static async open(located: { readonly device: string; readonly folder: string }): Promise<VirtualQueries> {
    return new VirtualQueries(located.device, await attachDrive(located.folder));
  }

  get queryDevice(): string {
    return this.device;
  }

  async scsi({ cdb, dataOut, allocationLength }: ScsiRequest, options?: CallOptions): Promise<ScsiReply> {
    options?.signal?.throwIfAborted();
    const begun = performance.now();
    return replyOf(await this.#attached.device.execute(cdb, { dataOut, allocationLength, nexus: NEXUS }), begun);
  }

  async close(): Promise<void> {
    await this.#attached.release();
  }
}
