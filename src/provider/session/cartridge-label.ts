/** Name of the member of the label's archive; `tar -xf <device> -O .tapehoard_label` prints the identifier. */
export const LABEL_MEMBER = '.tapehoard_label';

/** What a label says. */
export interface Label {
  readonly identifier: string;
  /** A barcode in the cartridge memory that this label stands for: another one could not be written there. */
  readonly replacedBarcode?: string | undefined;
}
