import type { DriveFacts, FormatRow } from './row.js';
import { ROWS } from './rows.js';

/** Recording format of a cartridge. */
export type LtoFormat = (typeof ROWS)[number]['format'];

/** Generation with detailed data about its drives. */
export type LtoGeneration = Extract<(typeof ROWS)[number], { drive: { details: object } }>['generation'];

/** The row of a format. */
export type FormatFacts = FormatRow<LtoFormat>;

/** A row whose generation has drives. */
export type GenerationFacts = FormatFacts & { readonly drive: DriveFacts<LtoFormat> };

/** All formats, ascending. */
export const LTO_FORMATS: readonly FormatFacts[] = ROWS;

/** All generations of drives, ascending. */
export const LTO_GENERATIONS: readonly GenerationFacts[] = LTO_FORMATS.filter(
  (facts): facts is GenerationFacts => facts.drive !== undefined,
);

export function formatFacts(format: LtoFormat): FormatFacts | undefined {
  return LTO_FORMATS.find((facts) => facts.format === format);
}

/** The row of a drive generation; undefined for an unknown one. */
export function generationFacts(generation: number): GenerationFacts | undefined {
  return LTO_GENERATIONS.find((facts) => facts.generation === generation);
}

export function formatOfDensity(densityCode: number): LtoFormat | undefined {
  return LTO_FORMATS.find((facts) => facts.densityCode === densityCode)?.format;
}

/**
 * Format and kind from the medium type byte of the mode parameter header. HP's drives use 00h, 01h and 80h for data,
 * WORM and cleaning in any generation, which give no format. 78h is reported as LTO-7, but may be Type M.
 */
export function formatOfMediumType(mediumType: number): { format: LtoFormat; worm: boolean } | undefined {
  return byDataOrWorm(mediumType, (facts) => facts.mediumType);
}

/** Format and kind from the last two characters of a barcode. */
export function formatOfBarcodeSuffix(suffix: string): { format: LtoFormat; worm: boolean } | undefined {
  return byDataOrWorm(suffix, (facts) => facts.barcodeSuffix);
}

function byDataOrWorm<T>(
  code: T,
  codesOf: (facts: FormatFacts) => { readonly data: T; readonly worm?: T },
): { format: LtoFormat; worm: boolean } | undefined {
  for (const facts of LTO_FORMATS) {
    const { data, worm } = codesOf(facts);
    if (data === code) return { format: facts.format, worm: false };
    if (worm === code) return { format: facts.format, worm: true };
  }
  return undefined;
}

/** Whether a drive of a generation writes a format; false for an unknown generation. */
export function canWrite(driveGeneration: number, format: LtoFormat): boolean {
  return generationFacts(driveGeneration)?.drive.writes.includes(format) ?? false;
}

/** Whether a drive of a generation reads a format; false for an unknown generation. */
export function canRead(driveGeneration: number, format: LtoFormat): boolean {
  const drive = generationFacts(driveGeneration)?.drive;
  return drive !== undefined && (drive.writes.includes(format) || drive.onlyReads.includes(format));
}
