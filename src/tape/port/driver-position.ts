import { isSystemError } from '../../errors/system-error.js';
import { MtOperation } from '../../transport/mtio.js';
import type { Transport } from '../../transport/transport.js';

/** What the driver knows of the position, and the drive says through it. */
export class DriverPosition {
  readonly #transport: Transport;
  #isTold = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The drive has told its position before: a failure is one of the drive then. */
  get isTold(): boolean {
    return this.#isTold;
  }

  /** The logical object number of the position (MTIOCPOS). */
  async tell(): Promise<number> {
    const logicalObject = await this.#transport.tell();
    this.#isTold = true;
    return logicalObject;
  }

  /**
   * After writing, `st` writes a filemark before it rewinds or closes, wherever the tape then stands, unless a command
   * of its own has reported the reset or the other cartridge. On Linux 7.2, where a query had consumed the unit
   * attention, that filemark erased the tape from its beginning.
   */
  async wake(): Promise<void> {
    await this.tell().catch(() => undefined);
  }

  /** `st` refuses MTNOP, which moves nothing, while it does not know the position. Numbers of -1 follow any LOCATE. */
  isKnown(): Promise<boolean> {
    return this.#transport.mt(MtOperation.MTNOP, 1).then(
      () => true,
      (error: unknown) => !isSystemError(error) || error.code !== 'EIO',
    );
  }
}
