import { ElementError, LtoError } from '../../errors/index.js';
import { isSameCartridge } from '../../library/same-cartridge.js';

/** Errors of the caller or the library, which another cartridge of the pool would meet too. */
const NOT_OF_THE_CARTRIDGE: ReadonlySet<string> = new Set([
  'LTO_NOT_READY',
  'LTO_DRIVE_BUSY',
  'LTO_DRIVE_CLOSED',
  'LTO_DEVICE_NOT_FOUND',
  'LTO_ENCRYPTION',
  'LTO_ENCRYPTION_KEY',
  'LTO_KEY_STORE',
  'LTO_HARDWARE_ERROR',
  'LTO_INTERNAL',
]);

/** Cartridges that archives go on to, in the order of the configuration. */
export class CartridgePool {
  readonly #barcodes: readonly string[];
  readonly #device: string;
  /** Those that an archive is being continued on. */
  readonly #inUse = new Set<string>();
  /** Those that can't be used, and why: they are not tried again. */
  readonly #refused = new Map<string, Error>();

  constructor(device: string, barcodes: readonly string[]) {
    this.#device = device;
    this.#barcodes = barcodes;
  }

  /**
   * Tries one cartridge after the other, past those in `used`, until `enter` succeeds with one. Rejects with ElementError
   * when none is left, and with what is no fault of a cartridge.
   */
  async next<T>(used: readonly string[], enter: (barcode: string) => Promise<T>): Promise<T & { done: () => void }> {
    const reasons = new Map(this.#refused);
    for (const barcode of this.#barcodes) {
      const isUsed = used.some((other) => isSameCartridge(other, barcode));
      if (isUsed || this.#inUse.has(barcode) || this.#refused.has(barcode)) continue;
      this.#inUse.add(barcode);
      const done = () => void this.#inUse.delete(barcode);
      try {
        return { ...(await enter(barcode)), done };
      } catch (error) {
        done();
        if (!(error instanceof LtoError) || NOT_OF_THE_CARTRIDGE.has(error.code)) throw error;
        reasons.set(barcode, error);
        // What is in the robot's way may be gone next time.
        if (!(error instanceof ElementError)) this.#refused.set(barcode, error);
      }
    }
    throw this.#exhausted(reasons);
  }

  /** A cartridge that became full is not tried again. */
  full(barcode: string): void {
    const known = this.#barcodes.find((other) => isSameCartridge(other, barcode));
    if (known !== undefined) this.#refused.set(known, new Error('it is full'));
  }

  #exhausted(reasons: ReadonlyMap<string, Error>): ElementError {
    const each = this.#barcodes.flatMap((barcode) => {
      const reason = reasons.get(barcode);
      return reason === undefined ? [] : [`${barcode}: ${reason.message}`];
    });
    const why = each.length === 0 ? '' : ` (${each.join('; ')})`;
    return new ElementError(`no cartridge of the pool can be used${why}`, {
      device: this.#device,
      operation: 'write',
      problem: 'source-empty',
      cause: [...reasons.values()].at(-1),
      next: 'Put blank cartridges into the library, and name them in `pool`',
    });
  }
}
