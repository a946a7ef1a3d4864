import type { TapeDrive } from '../../tape/tape-drive.js';

interface CartridgeNames {
  /** What a catalogue calls it; undefined if its memory has no name. */
  readonly cartridge: string | undefined;
  readonly barcode: string | undefined;
  readonly mediumSerial: string | undefined;
}

/** From the memory of the cartridge. */
export async function cartridgeNames(drive: TapeDrive): Promise<CartridgeNames> {
  const { barcode, userMediumLabel, serialNumber: mediumSerial } = (await drive.mam())?.values ?? {};
  return { cartridge: barcode ?? userMediumLabel ?? mediumSerial, barcode, mediumSerial };
}
