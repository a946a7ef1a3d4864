import { formatFacts, formatOfDensity, formatOfMediumType, LTO_FORMATS, type LtoFormat } from './formats.js';

/** Sources for the format of a cartridge, the most reliable first. */
export interface FormatEvidence {
  /** MAM attribute 0006h: density code of the formatted medium. */
  readonly formattedDensity?: number | undefined;
  /** MAM attribute 0405h: density code set by the manufacturer. */
  readonly mediumDensity?: number | undefined;
  /** Density code from the block descriptor or the driver's status. */
  readonly currentDensity?: number | undefined;
  /** Medium type byte of the mode parameter header. */
  readonly mediumType?: number | undefined;
  /** MAM attribute 0001h, in MiB. Partitions and SET CAPACITY reduce it. */
  readonly capacityMiB?: number | undefined;
}

export interface FormatVerdict {
  readonly format: LtoFormat;
  readonly source: keyof FormatEvidence;
  /** The format was derived from the capacity alone: never write because of it. */
  readonly guess: boolean;
  /** Evidence that names another format. */
  readonly contradictedBy: readonly (keyof FormatEvidence)[];
}

/** The format of a cartridge and its source; undefined if no source names a known format. */
export function formatOf(evidence: FormatEvidence): FormatVerdict | undefined {
  const { formattedDensity, mediumDensity, currentDensity, mediumType, capacityMiB } = evidence;
  const named = (
    [
      ['formattedDensity', densityFormat(formattedDensity)],
      ['mediumDensity', densityFormat(mediumDensity)],
      ['currentDensity', densityFormat(currentDensity)],
      ['mediumType', mediumType === undefined ? undefined : formatOfMediumType(mediumType)?.format],
      ['capacityMiB', capacityMiB === undefined ? undefined : formatOfCapacity(capacityMiB)],
    ] as const
  ).flatMap(([source, format]) => (format === undefined ? [] : [{ source, format }]));
  const [first, ...others] = named;
  if (first === undefined) return undefined;
  const contradictions = others.filter(
    ({ source, format }) => source !== 'capacityMiB' && !agree(first.format, format),
  );
  return {
    ...first,
    guess: first.source === 'capacityMiB',
    contradictedBy: contradictions.map(({ source }) => source),
  };
}

function densityFormat(densityCode: number | undefined): LtoFormat | undefined {
  return densityCode === undefined ? undefined : formatOfDensity(densityCode);
}

/** Type M cartridges were manufactured as LTO-7, and 0405h and the medium type say LTO-7. */
function agree(format: LtoFormat, other: LtoFormat): boolean {
  return format === other || formatFacts(format)?.madeAs === other;
}

/** The format whose native capacity is within 10 % of `capacityMiB`. */
function formatOfCapacity(capacityMiB: number): LtoFormat | undefined {
  const gigabytes = (capacityMiB * 2 ** 20) / 1e9;
  return LTO_FORMATS.find((facts) => Math.abs(gigabytes - facts.nativeGigabytes) <= facts.nativeGigabytes / 10)?.format;
}
