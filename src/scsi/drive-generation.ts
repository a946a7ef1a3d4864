import type { DensitySupport } from './commands/density-support.js';
import { formatOfDensity } from './density.js';

/** Product identifications of INQUIRY that name the generation of a drive, as `10` or as the letter of IBM's LTO-10. */
const PRODUCTS: readonly RegExp[] = [
  // IBM and Quantum: ULT3580-TD8, ULTRIUM-HH9, ULT3580-TDA, and without what goes before.
  /^(?:ULT(?:3580|RIUM)-)?(?:TD|HH)([1-9A])$/i,
  // HP, HPE and older ones of Quantum: Ultrium 6-SCSI, ULTRIUM 5.
  /^Ultrium (10|[1-9])(?:\b|$)/i,
  // Tandberg: LTO-6 HH; Quantum: HH LTO Gen 4.
  /\bLTO[ -]?(?:Gen ?)?(10|[1-9])\b/i,
];

/** Those that name it by a number of the maker's: Seagate's Viper 200, `ULTRIUM06242-XXX`. */
const MODELS: readonly (readonly [product: RegExp, generation: number])[] = [[/^ULTRIUM06242\b/i, 1]];

/** Generation of a drive by its product identification; undefined when that does not name it for certain. */
export function driveGeneration(product: string): number | undefined {
  const name = product.trim();
  const found = PRODUCTS.map((pattern) => pattern.exec(name)?.[1]).find((generation) => generation !== undefined);
  if (found === undefined) return MODELS.find(([pattern]) => pattern.test(name))?.[1];
  return Number.parseInt(found.toUpperCase() === 'A' ? '10' : found, 10);
}

/** Generation of a drive by the newest format that it writes; undefined when it lists none that is known. */
export function generationByDensities(densities: readonly DensitySupport[]): number | undefined {
  const formats = densities.flatMap(({ writable, primaryDensityCode }) => {
    return (writable ? formatOfDensity(primaryDensityCode) : undefined) ?? [];
  });
  const generations = formats.map((format) => Number.parseInt(format.slice('LTO-'.length), 10));
  return generations.length === 0 ? undefined : Math.max(...generations);
}
