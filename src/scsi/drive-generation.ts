/** Product identifications of INQUIRY that name the generation of a drive, as `10` or as the letter of IBM's LTO-10. */
const PRODUCTS: readonly RegExp[] = [
  // IBM and Quantum: ULT3580-TD8, ULTRIUM-HH9, ULT3580-TDA.
  /^ULT(?:3580|RIUM)-(?:TD|HH)([1-9A])$/i,
  /^HH LTO Gen ([1-9])$/i,
  // HP, HPE and older ones of Quantum: Ultrium 6-SCSI, ULTRIUM 5.
  /^Ultrium (10|[1-9])(?:-SCSI)?$/i,
  /\bLTO-(10|[1-9])$/,
];

/** Generation of a drive by its product identification; undefined when that does not name it for certain. */
export function driveGeneration(product: string): number | undefined {
  const found = PRODUCTS.map((pattern) => pattern.exec(product.trim())?.[1]).find((name) => name !== undefined);
  return found === undefined ? undefined : Number.parseInt(found.toUpperCase() === 'A' ? '10' : found, 10);
}
