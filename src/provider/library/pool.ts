import { ElementError, LtoError } from '../../errors/index.js';
import { isSameCartridge } from '../label/barcode.js';

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
  /** Those that could not be used, and why. */
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
        this.#refused.set(barcode, error);
      }
    }
    throw this.#exhausted();
  }

  /** A cartridge that became full is not tried again. */
  full(barcode: string): void {
    const known = this.#barcodes.find((other) => isSameCartridge(other, barcode));
    if (known !== undefined) this.#refused.set(known, new Error('it is full'));
  }

  #exhausted(): ElementError {
    const reasons = [...this.#refused].map(([barcode, { message }]) => `${barcode}: ${message}`);
    const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
    return new ElementError(`no cartridge of the pool can be used${why}`, {
      device: this.#device,
      operation: 'write',
      problem: 'source-empty',
      cause: [...this.#refused.values()].at(-1),
      next: 'Put blank cartridges into the library, and name them in `pool`',
    });
  }
}
