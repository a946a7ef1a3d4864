import { InvalidArgumentError } from '../../errors/index.js';

/** A cartridge of a library, instead of a drive. */
export interface CartridgeOptions {
  readonly library?: string | undefined;
  readonly barcode?: string | undefined;
  /** Leave the cartridge in the drive. */
  readonly keep?: boolean | undefined;
}

/** Whether the options name a cartridge of a library instead of a drive. */
export function namesCartridge({ library, barcode }: CartridgeOptions): boolean {
  return library !== undefined || barcode !== undefined;
}

/** The cartridge and its library (default: LTO_LIBRARY). Throws InvalidArgumentError if either is missing. */
export function requireCartridge({ library = process.env.LTO_LIBRARY, barcode }: CartridgeOptions): {
  readonly library: string;
  readonly barcode: string;
} {
  if (barcode === undefined) {
    throw new InvalidArgumentError('no cartridge is named', { next: 'Name one with --barcode' });
  }
  if (!library) {
    throw new InvalidArgumentError('no library is named', {
      next: 'Name one with --library or LTO_LIBRARY, such as /dev/sg3 or virtual:<folder>',
    });
  }
  return { library, barcode };
}
