const MB = 1e6;

/** LTO-7 to 9, MB/s: the rates that IBM publishes for full-height drives, the highest at the rated native speed. */
const LTO_7 = [101.46, 120.11, 138.52, 157.67, 175.46, 194.26, 213.06, 231.86, 250.66, 268.56, 287.52, 300];
const LTO_8 = [112, 135, 157.5, 180, 203, 226, 249.5, 273, 295, 318, 341, 360];
const LTO_9 = [177, 203, 223, 244, 263, 284, 305, 325, 347, 366, 385, 400];

/**
 * Speeds at which drives of a generation can record, MB/s, ascending. LTO-5 and 6 get twelve even steps from a third of
 * the native speed, and LTO-10 the steps of LTO-9, which has the same native speed: no vendor publishes theirs.
 */
const MEGABYTES: Readonly<Record<number, readonly number[]>> = {
  5: evenSteps(140),
  6: evenSteps(160),
  7: LTO_7,
  8: LTO_8,
  9: LTO_9,
  10: LTO_9,
};

function evenSteps(native: number): number[] {
  const lowest = native / 3;
  return Array.from({ length: 12 }, (_, step) => lowest + ((native - lowest) * step) / 11);
}

/** Bytes a second, ascending; none for a generation that is not known. */
export function recordingSpeeds(generation: number | undefined): readonly number[] {
  return (MEGABYTES[generation ?? 0] ?? []).map((speed) => speed * MB);
}
