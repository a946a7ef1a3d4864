/** A cartridge of a library, in place of a drive. */
export interface CartridgeOptions {
  readonly library?: string | undefined;
  readonly barcode?: string | undefined;
  /** Leave it in the drive. */
  readonly keep?: boolean | undefined;
}
