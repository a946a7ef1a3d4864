import { formatFacts, formatOfDensity, generationFacts, LTO_GENERATIONS } from './formats.js';
import type { DriveDetails } from './row.js';

const MB = 1e6;

/** Each pattern has one group: the number of the generation, or with `marks` IBM's one-character code for it. */
const PRODUCTS: readonly RegExp[] = [
  // IBM and Quantum: ULT3580-TD8, ULTRIUM-HH9, ULT3580-TDA, also without the prefix.
  productPattern((_, marks) => `^(?:ULT(?:3580|RIUM)-)?(?:TD|HH)(${marks})$`),
  // HP, HPE and older ones of Quantum: Ultrium 6-SCSI, ULTRIUM 5.
  productPattern((numbers) => `^Ultrium (${numbers})(?:\\b|$)`),
  // Tandberg: LTO-6 HH; Quantum: HH LTO Gen 4.
  productPattern((numbers) => `\\bLTO[ -]?(?:Gen ?)?(${numbers})\\b`),
];

function productPattern(source: (numbers: string, marks: string) => string): RegExp {
  const numbers = LTO_GENERATIONS.map(({ generation }) => generation).toReversed();
  const marks = LTO_GENERATIONS.flatMap(({ drive }) => drive.mark ?? []);
  return new RegExp(source(numbers.join('|'), marks.join('|')), 'i');
}

/** Generation of a drive from its product identification; undefined if that is ambiguous or unknown. */
export function driveGeneration(product: string): number | undefined {
  const name = product.trim();
  const found = PRODUCTS.map((pattern) => pattern.exec(name)?.[1]).find((group) => group !== undefined);
  return LTO_GENERATIONS.find(({ generation, drive: { mark, models = [] } }) => {
    if (found === undefined) return models.some((model) => model.test(name));
    return found === `${generation}` || found.toUpperCase() === mark;
  })?.generation;
}

/** Generation of a drive from the newest format it writes (REPORT DENSITY SUPPORT); undefined if none is known. */
export function generationByDensities(
  densities: readonly { readonly writable: boolean; readonly primaryDensityCode: number }[],
): number | undefined {
  const generations = densities.flatMap(({ writable, primaryDensityCode }) => {
    const format = writable ? formatOfDensity(primaryDensityCode) : undefined;
    return (format && formatFacts(format)?.generation) ?? [];
  });
  return generations.length === 0 ? undefined : Math.max(...generations);
}

/** A generation with detailed data about its drives. */
export interface DetailedGeneration extends DriveDetails {
  readonly generation: number;
}

/** The generations with detailed data about their drives, ascending. A virtual drive can be any of them. */
export const DETAILED_GENERATIONS: readonly DetailedGeneration[] = LTO_GENERATIONS.flatMap(
  ({ generation, drive: { details } }) => (details === undefined ? [] : [{ generation, ...details }]),
);

/** Recording speeds of a generation in bytes per second, ascending; empty for an unknown generation. */
export function recordingSpeeds(generation: number | undefined): readonly number[] {
  const speeds = generation === undefined ? undefined : generationFacts(generation)?.drive.details?.speeds;
  return (speeds ?? []).map((speed) => speed * MB);
}
