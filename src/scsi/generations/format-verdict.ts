import { formatFacts, formatOfDensity, formatOfMediumType, LTO_FORMATS, type LtoFormat } from './formats.js';

/** Where the format of a cartridge can be read from, the surest first. */
export interface FormatEvidence {
  /** MAM attribute 0006h: the density that it is formatted in. */
  readonly formattedDensity?: number | undefined;
  /** MAM attribute 0405h: the density that it was made for. */
  readonly mediumDensity?: number | undefined;
  /** Density code of the block descriptor, or of the driver's status. */
  readonly currentDensity?: number | undefined;
  /** Medium type byte of the mode parameter header. */
  readonly mediumType?: number | undefined;
  /** MAM attribute 0001h. Partitions and SET CAPACITY make it smaller. */
  readonly capacityMiB?: number | undefined;
}

export interface FormatVerdict {
  readonly format: LtoFormat;
  readonly source: keyof FormatEvidence;
  /** Only the capacity spoke: never write on the strength of it. */
  readonly guess: boolean;
  /** Evidence that names another format. */
  readonly contradictedBy: readonly (keyof FormatEvidence)[];
}

/** The format of a cartridge, with the evidence that told it; undefined when nothing names a known one. */
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

/** Type M cartridges were made as LTO-7, and say so in 0405h and in the medium type. */
function agree(format: LtoFormat, other: LtoFormat): boolean {
  return format === other || formatFacts(format)?.madeAs === other;
}

/** The format whose native capacity is within a tenth of what is told. */
function formatOfCapacity(capacityMiB: number): LtoFormat | undefined {
  const gigabytes = (capacityMiB * 2 ** 20) / 1e9;
  return LTO_FORMATS.find((facts) => Math.abs(gigabytes - facts.nativeGigabytes) <= facts.nativeGigabytes / 10)?.format;
}
